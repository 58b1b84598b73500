#!/bin/bash
# Usage: task09_space.sh FOLDER
#
#   answers/folders.txt   the names of the folders directly in FOLDER, hidden ones too, those that take most space first
#   answers/mount.txt     where the file system that holds your home is mounted, as df tells it
folder=./$1
mkdir -p ~/answers
# your commands
