#!/bin/bash
# Sets a machine up for the course: ./setup.sh MIRROR
#
# The system's files are below $SETUP_ROOT; on a real machine that is empty, so they are /etc/apt/sources.list and so on.
set -euo pipefail

mirror=${1:?usage: ./setup.sh MIRROR}
root=${SETUP_ROOT:-}
packages=(build-essential git openssh-client vim-gtk3 python3-dev python3-pip python3-venv fonts-nanum)
windows_packages=(x11-apps dbus-x11 gnome-terminal) # in WSL only
python_packages=(numpy pandas scipy matplotlib pillow jupyterlab)

# TODO: the six steps of the hand-out. For a start, only this much:
echo "packages: ${packages[*]}, in WSL also ${windows_packages[*]}; with pip: ${python_packages[*]}; mirror: $mirror; system: ${root:-/}"
