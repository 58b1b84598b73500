#!/bin/bash
mkdir -p ~/answers
~/jobs/long.sh & job=$!
pids=$(pgrep -x -- "$1")
echo "$pids" | sort -n > ~/answers/ended.txt
kill -TERM $pids
wait $job
status=$?
echo $status > ~/answers/status.txt
