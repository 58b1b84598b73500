#!/bin/bash
find "./$1" -type f ! -name '*.log' -print0 | tar --null --files-from - -c | gzip > backup.tar.gz
mkdir -p ~/restored
gzip -dc ~/incoming.tar.gz | (cd ~/restored && tar -x)
