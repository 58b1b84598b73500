#!/bin/bash
# Usage: task09_space.sh FOLDER
#
#   answers/folders.txt   the names of the folders directly in FOLDER, hidden ones too, those that take most space first
#   answers/mount.txt     where the file system that holds your home is mounted, as df tells it
folder=./$1
mkdir -p ~/answers
# BEGIN SOLUTION your commands
cd "$folder" || exit 1
find . -mindepth 1 -maxdepth 1 -type d -print0 | xargs -0 du -s -- | sort -nr | cut -f 2 | cut -c 3- > ~/answers/folders.txt
df --output=target ~ | tail -n 1 > ~/answers/mount.txt
# END SOLUTION
