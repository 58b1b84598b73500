#!/bin/bash
cd ~/project && chmod 0754 run.sh && chmod 0600 secret.txt && chmod 0700 private
find shared -mindepth 1 -maxdepth 1 -type f -print0 | xargs -0 chmod g+x
