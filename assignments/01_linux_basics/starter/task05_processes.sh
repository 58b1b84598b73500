#!/bin/bash
# Usage: task05_processes.sh NAME
#
# 1. Runs ~/jobs/long.sh in the background. It takes a while.
# 2. Meanwhile asks every process whose command is called NAME, exactly so, to end, and gives it the chance to tidy up first.
#    Writes their process numbers into ~/answers/ended.txt, one a line, the smallest first.
# 3. Waits for long.sh and writes the exit status of long.sh into ~/answers/status.txt.
name=$1
mkdir -p ~/answers
# your commands
