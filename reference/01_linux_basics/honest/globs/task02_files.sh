#!/bin/bash
set -eu
cd ~/box
mkdir -p ../copies ../moved
cat "./$1" > "../copies/$1"
mv -n "./$2" "../moved/"
rm "./$3"
cd ..
ln -sf "copies/$1" ./latest
