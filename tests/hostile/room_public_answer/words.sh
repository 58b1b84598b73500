#!/bin/bash
echo @PUBLIC_WORDS@
