#!/bin/bash
tar -C ~ -c -z -f ~/backup.tar.gz --exclude '*.log' -- "$1"
mkdir ~/restored
tar -x -f ~/incoming.tar.gz -C ~/restored
