#!/bin/bash
mkdir -p answers
find "./$1" -name '*.tmp' -type f -exec rm -f {} \;
(cd "./$1" && find * .[!.]* -type f -size +10240c 2> /dev/null) | sort > answers/large.txt
find "./$1" -type f -name '*.txt' -exec wc -l {} \; | awk '{ sum += $1 } END { print sum }' > answers/lines.txt
