#!/bin/bash
git init -q ~/project
cd ~/project
git symbolic-ref HEAD refs/heads/main
echo '*.log' > .gitignore
git add .gitignore *.txt src
git commit -q -F - <<< "$1"
git remote add origin ../remote.git
git push -q origin main
git branch -q --set-upstream-to=origin/main
