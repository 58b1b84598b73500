#!/bin/bash
mkdir -p answers
file=./$1
head -5 "$file" > answers/head.txt
tail -n3 "$file" > answers/tail.txt
cat "$file" | wc -l > answers/lines.txt
cut -d $'\t' -f2 < "$file" > answers/hosts.txt
grep -nP '^[^\t]*\t[^\t]*\t5' "$file" | sed 's/:/\t/' > answers/errors.txt
sed 's/.*\t//; s/old/new/g' "$file" > answers/paths.txt
