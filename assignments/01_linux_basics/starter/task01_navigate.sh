#!/bin/bash
# Usage: task01_navigate.sh FOLDER
#
# FOLDER is the name of a folder in your home. Writes into ~/answers:
#   where.txt    the absolute path of FOLDER
#   hidden.txt   the names of everything hidden in FOLDER, one a line, sorted; not . and ..
#   count.txt    how many files and folders in FOLDER are not hidden
mkdir -p ~/answers
# your commands
