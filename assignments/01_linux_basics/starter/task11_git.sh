#!/bin/bash
# Usage: task11_git.sh MESSAGE
#
# Makes ~/project, where files lie already, a git repository, with all of them but *.log in one commit on the branch main.
#   .gitignore keeps *.log out, and is in the commit itself
#   MESSAGE is the commit's message
#   ~/remote.git, a bare repository, is its remote origin; main is pushed there, so that later a plain `git push` does the same
message=$1
cd ~/project || exit 1
# your commands
