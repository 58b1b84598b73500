#!/bin/bash
mkdir -p ~/answers
du -k --max-depth=1 "./$1" | sort -n -r -k 1,1 | tail -n +2 | awk -F '\t' '{ sub(/.*\//, "", $2); print $2 }' > ~/answers/folders.txt
df "$HOME" | awk 'NR == 2 { print $NF }' > ~/answers/mount.txt
