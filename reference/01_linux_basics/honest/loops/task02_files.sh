#!/bin/bash
for folder in copies moved; do [ -d "$folder" ] || mkdir "$folder"; done
cp -T -- "box/$1" "copies/$1"
mv -T -- "box/$2" "moved/$2"
unlink "box/$3"
cd copies && ln -rs -- "./$1" ../latest
