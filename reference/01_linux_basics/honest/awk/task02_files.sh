#!/bin/bash
install -d copies moved
cp -p "box/$1" copies/
cp -p "box/$2" moved/ && rm "box/$2"
find box -maxdepth 1 -type f -print0 | while IFS= read -r -d '' file; do
    if [ "$file" = "box/$3" ]; then rm "$file"; fi
done
ln --symbolic --force --no-dereference "copies/$1" latest
