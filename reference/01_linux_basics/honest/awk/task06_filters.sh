#!/bin/bash
mkdir -p ~/answers
awk -F '\t' -v to="$HOME/answers/" '
    NR <= 5 { print > (to "head.txt") }
    { print $2 > (to "hosts.txt") }
    $3 ~ /^5/ { print NR "\t" $0 > (to "errors.txt") }
    { path = $4; gsub(/old/, "new", path); print path > (to "paths.txt") }
    { last[NR] = $0 }
    END {
        print NR > (to "lines.txt")
        for (i = NR - 2; i <= NR; i++) print last[i] > (to "tail.txt")
    }' "./$1"
