#!/bin/bash
shopt -s dotglob
mkdir -p ~/answers
cd "./$1" || exit
for folder in */; do
    printf '%s\t%s\n' "$(du -sb "./$folder" | cut -f 1)" "${folder%/}"
done | sort -rn | cut -f 2 > ~/answers/folders.txt
df -P ~ | tail -1 | awk '{ print $6 }' > ~/answers/mount.txt
