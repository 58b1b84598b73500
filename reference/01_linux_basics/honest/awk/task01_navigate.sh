#!/bin/bash
mkdir -p ~/answers
(cd "./$1" && pwd) > ~/answers/where.txt
find "./$1" -mindepth 1 -maxdepth 1 -name '.*' -printf '%f\n' | sort > ~/answers/hidden.txt
find "./$1" -mindepth 1 -maxdepth 1 ! -name '.*' -printf x | wc -c > ~/answers/count.txt
