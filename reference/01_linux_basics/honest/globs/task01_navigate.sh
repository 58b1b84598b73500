#!/bin/bash
set -e
shopt -s nullglob dotglob
mkdir -p "$HOME/answers"
cd "./$1"
printf '%s\n' "$PWD" > "$HOME/answers/where.txt"
count=0
: > "$HOME/answers/hidden.tmp"
for entry in *; do
    case $entry in
        .*) printf '%s\n' "$entry" >> "$HOME/answers/hidden.tmp" ;;
        *) count=$((count + 1)) ;;
    esac
done
LC_ALL=C sort "$HOME/answers/hidden.tmp" > "$HOME/answers/hidden.txt"
rm "$HOME/answers/hidden.tmp"
echo "$count" > "$HOME/answers/count.txt"
