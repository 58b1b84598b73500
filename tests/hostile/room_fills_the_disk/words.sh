#!/bin/bash
yes > ~/much
