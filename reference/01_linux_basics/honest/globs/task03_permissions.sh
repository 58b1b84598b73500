#!/bin/bash
cd ~/project || exit
chmod u=rwx,g=rx,o=r run.sh
chmod u=rw,go= secret.txt
chmod u=rwx,go= private
for file in shared/*; do
    if [ -f "$file" ]; then chmod g+x "$file"; fi
done
