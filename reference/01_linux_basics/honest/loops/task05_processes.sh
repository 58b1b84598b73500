#!/bin/bash
mkdir -p answers
./jobs/long.sh > /dev/null 2>&1 &
long=$!
for folder in /proc/[0-9]*; do
    if read -r name < "$folder/comm" && [ "$name" = "$1" ]; then echo "${folder#/proc/}"; fi
done 2> /dev/null | sort -n | tee answers/ended.txt | xargs -n 1 kill -s TERM
if wait "$long"; then echo 0; else echo "$?"; fi > answers/status.txt
