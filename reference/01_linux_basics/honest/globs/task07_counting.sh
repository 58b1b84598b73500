#!/bin/bash
mkdir -p ~/answers
declare -A times
numbers=()
while read -r name number; do
    times[$name]=$((${times[$name]:-0} + 1))
    numbers+=("$number")
done < "./$1"
for name in "${!times[@]}"; do echo "${times[$name]} $name"; done | sort -k1,1rn -k2 | head -3 > ~/answers/top.txt
printf '%s\n' "${numbers[@]}" | sort -rn | head -5 > ~/answers/largest.txt
for name in "${!times[@]}"; do ((times[$name] == 1)) && echo "$name"; done | sort > ~/answers/once.txt
exit 0
