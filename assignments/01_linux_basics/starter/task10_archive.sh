#!/bin/bash
# Usage: task10_archive.sh FOLDER
#
# 1. Makes ~/backup.tar.gz, a gzipped tar archive of FOLDER, which lies in your home: all files, hidden ones too, but none whose name
#    ends in .log. Paths in it begin with FOLDER's name.
# 2. Unpacks ~/incoming.tar.gz into ~/restored, and nowhere else.
folder=$1
# your commands
