#!/bin/bash
cd ~/tools || exit
for file in ./*.sh; do
    text=$(tr -d '\r' < "$file"; echo .)
    text=${text%.}
    case $text in
        '#!'*) ;;
        *) text="#!/bin/bash
$text" ;;
    esac
    printf %s "$text" > "$file"
    chmod u+x "$file"
done
