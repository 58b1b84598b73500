#!/bin/bash
shopt -s globstar dotglob nullglob
mkdir -p ~/answers
cd "./$1" || exit
total=0
for path in **; do
    [ -f "$path" ] && [ ! -L "$path" ] || continue
    case $path in
        *.tmp) rm -- "$path"; continue ;;
        *.txt) total=$((total + $(wc -l < "$path"))) ;;
    esac
    if [ "$(stat -c %s -- "$path")" -gt 10240 ]; then printf '%s\n' "$path"; fi
done > ~/answers/large.tmp
LC_ALL=C sort ~/answers/large.tmp > ~/answers/large.txt
rm ~/answers/large.tmp
echo "$total" > ~/answers/lines.txt
