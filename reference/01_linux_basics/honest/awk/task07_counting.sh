#!/bin/bash
mkdir -p ~/answers
awk '{ print $1 }' "./$1" | sort | uniq -c | sort -k1,1nr -k2,2 | awk 'NR <= 3 { print $1, $2 }' > ~/answers/top.txt
awk '{ print $2 }' "./$1" | sort -g -r | sed 5q > ~/answers/largest.txt
awk '{ times[$1]++ } END { for (name in times) if (times[name] == 1) print name }' "./$1" | sort > ~/answers/once.txt
