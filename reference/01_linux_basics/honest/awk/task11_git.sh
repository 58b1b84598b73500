#!/bin/bash
cd ~/project && echo '*.log' > .gitignore && git init -q -b main && git add --all && git commit -q --message="$1" || exit
git remote add origin "file://$HOME/remote.git"
git push -q --set-upstream origin HEAD
