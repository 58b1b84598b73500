#!/bin/bash
cd ~ || exit 1
for a in $(seq 1000); do mkdir $a; (cd $a && touch $(seq 100)); done
