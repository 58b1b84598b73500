#!/bin/bash
mkdir -p answers
realpath -- "$1" > answers/where.txt
ls -A1 -- "$1" | sed -n '/^\./p' | LC_ALL=C sort > answers/hidden.txt
ls -1 -- "$1" | grep -c . > answers/count.txt
