#!/bin/bash
mkdir -p answers
sed 's/ .*//' "./$1" | sort | uniq -c | sort -rn -k1,1 -s | head -n3 > answers/top.txt
sed 's/.* //' "./$1" | sort -n | tail -n 5 | tac > answers/largest.txt
cut -d' ' -f1 "./$1" | sort | uniq -c | sed -n 's/^ *1 //p' > answers/once.txt
