#!/bin/bash
mkdir -p answers
find "./$1" -mindepth 1 -maxdepth 1 -type d -exec du -sk --apparent-size {} \; | sort -nr | sed 's|.*/||' > answers/folders.txt
findmnt -n -o TARGET -T ~ > answers/mount.txt 2> /dev/null || df --output=target ~ | sed 1d > answers/mount.txt
