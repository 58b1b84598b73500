#!/bin/bash
# Usage: task08_find.sh FOLDER
#
# All of this is about regular files anywhere below FOLDER.
#   deletes those whose names end in .tmp
#   answers/large.txt   the paths of those larger than 10 KiB (10240 bytes), as seen from FOLDER ("sub/a.dat"), sorted
#   answers/lines.txt   how many lines all those whose names end in .txt have together: one number
folder=./$1
mkdir -p ~/answers
# BEGIN SOLUTION your commands
find "$folder" -type f -name '*.tmp' -delete
find "$folder" -type f -size +10240c -printf '%P\n' | sort > answers/large.txt
find "$folder" -type f -name '*.txt' -print0 | xargs -0 cat | wc -l > answers/lines.txt
# END SOLUTION
