#!/bin/bash
# Usage: task06_filters.sh FILE
#
# FILE, in your home, has four columns with a TAB between them: milliseconds, host, status, path. Writes into ~/answers:
#   head.txt     the first five lines
#   tail.txt     the last three lines
#   lines.txt    how many lines FILE has: the number alone
#   hosts.txt    the second column
#   errors.txt   each line whose status begins with 5: its number in FILE, a TAB, the line
#   paths.txt    the fourth column, with "new" in place of every "old"
file=./$1 # with ./ in front no name looks like an option
mkdir -p ~/answers
# BEGIN SOLUTION your commands
head -n 5 "$file" > answers/head.txt
tail -n 3 "$file" > answers/tail.txt
wc -l < "$file" > answers/lines.txt
cut -f 2 "$file" > answers/hosts.txt
nl -b a "$file" | grep -P '^ *\d+\t\d+\t[^\t]+\t5' > answers/errors.txt
cut -f 4 "$file" | sed 's/old/new/g' > answers/paths.txt
# END SOLUTION
