#!/bin/bash
tar --create --gzip --file=backup.tar.gz --exclude='*.log' "./$1"
mkdir restored && cd restored && tar xzf ../incoming.tar.gz
