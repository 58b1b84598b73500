#!/bin/bash
# Usage: task03_permissions.sh
#
# Rights in ~/project. Afterwards
#   run.sh        its owner may do all, its group read and execute, others only read
#   secret.txt    its owner may read and write, nobody else anything
#   private       its owner may do all in this folder, nobody else anything
#   shared/       the group may execute every file in it; all other rights stay, those of folders too
cd ~/project || exit 1
# your commands
