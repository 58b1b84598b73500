#!/bin/bash
# Usage: task02_files.sh KEEP MOVE DROP
#
# Three names of files in ~/box. Afterwards
#   ~/copies/KEEP   is a copy of box/KEEP, which stays
#   ~/moved/MOVE    is what was box/MOVE, which is gone
#   box/DROP        is gone, and nothing else is
#   ~/latest        is a symbolic link to the copy, by a relative path
keep=$1 move=$2 drop=$3
# your commands
