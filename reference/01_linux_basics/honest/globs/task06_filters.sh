#!/bin/bash
cd || exit
mkdir -p answers
: > answers/hosts.txt
: > answers/errors.txt
: > answers/paths.txt
number=0
while IFS=$'\t' read -r ms host status path; do
    number=$((number + 1))
    echo "$host" >> answers/hosts.txt
    echo "${path//old/new}" >> answers/paths.txt
    case $status in 5*) printf '%s\t%s\t%s\t%s\t%s\n' "$number" "$ms" "$host" "$status" "$path" >> answers/errors.txt ;; esac
done < "./$1"
echo "$number" > answers/lines.txt
sed -n 1,5p "./$1" > answers/head.txt
tail -3 "./$1" > answers/tail.txt
