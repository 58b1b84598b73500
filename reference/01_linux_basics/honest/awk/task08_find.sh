#!/bin/bash
mkdir -p ~/answers
cd "./$1" || exit
find . -type f -name '*.tmp' -print0 | xargs -0 -r rm --
find . -type f -size +10k | sed 's|^\./||' | LC_ALL=C sort > ~/answers/large.txt
find . -type f -name '*.txt' -exec cat {} + | awk 'END { print NR }' > ~/answers/lines.txt
