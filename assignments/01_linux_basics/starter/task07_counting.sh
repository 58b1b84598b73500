#!/bin/bash
# Usage: task07_counting.sh FILE
#
# Each line of FILE, in your home, is a name, a blank and a number. Writes into ~/answers:
#   top.txt       the three names that come most often, each with how often it comes: "7 amber". The most frequent first;
#                 among equals by the alphabet
#   largest.txt   the five largest numbers, the largest first
#   once.txt      the names that come once only, by the alphabet
file=./$1
mkdir -p ~/answers
# your commands
