#!/bin/bash
set -e
cd ~/project
git init -q
git checkout -q -b main
printf '%s\n' '*.log' > .gitignore
git add -A
git commit -q -m "$1"
git remote add origin "$HOME/remote.git"
git push -q -u origin main
