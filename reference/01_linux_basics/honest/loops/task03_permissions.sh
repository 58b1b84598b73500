#!/bin/bash
chmod 754 ~/project/run.sh
chmod 600 ~/project/secret.txt
chmod 700 ~/project/private
find ~/project/shared -maxdepth 1 -type f | while read -r file; do chmod g+x "$file"; done
