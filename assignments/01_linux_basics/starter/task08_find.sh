#!/bin/bash
# Usage: task08_find.sh FOLDER
#
# All of this is about regular files anywhere below FOLDER.
#   deletes those whose names end in .tmp
#   answers/large.txt   the paths of those larger than 10 KiB (10240 bytes), as seen from FOLDER ("sub/a.dat"), sorted
#   answers/lines.txt   how many lines all those whose names end in .txt have together: one number
folder=./$1
mkdir -p ~/answers
# your commands
