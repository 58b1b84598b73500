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

# BEGIN SOLUTION TODO: the six steps of the hand-out. For a start, only this much:
here=$(cd "$(dirname "$0")" && pwd)

# FILE → FILE_bk, unless there is one already: it holds what was there before we came
back_up() {
    [[ -e "${1}_bk" ]] || $2 cp "$1" "${1}_bk"
}

# 1. a near mirror
for file in "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d/ubuntu.sources"; do
    if [[ -f "$file" ]] && grep -Eq '://([a-z]{2}\.)?(archive|security)\.ubuntu\.com' "$file"; then
        back_up "$file" sudo
        sudo sed -i -E "s#://([a-z]{2}\.)?(archive|security)\.ubuntu\.com#://$mirror#" "$file"
    fi
done

# 2. packages, without a question
if grep -qi microsoft "$root/proc/version"; then
    packages+=("${windows_packages[@]}")
fi
sudo apt-get -y update
sudo DEBIAN_FRONTEND=noninteractive apt-get -y full-upgrade
sudo DEBIAN_FRONTEND=noninteractive apt-get -y install "${packages[@]}"

# 3. the cache belongs to the user
mkdir -p "$HOME/.cache"
sudo chown -R "$USER": "$HOME/.cache"

# 4. Python packages, in an environment of the user's own
python3 -m venv "$HOME/course"
"$HOME/course/bin/pip" install "${python_packages[@]}"

# 5. vim and the shell's additions
if [[ -f "$HOME/.vimrc" ]] && ! cmp -s "$here/vimrc" "$HOME/.vimrc"; then
    back_up "$HOME/.vimrc" ""
fi
cp "$here/vimrc" "$HOME/.vimrc"
cp "$here/bashrc_add" "$HOME/.bashrc_add"

# 6. one line in the profile
if ! grep -qxF 'source ~/.bashrc_add' "$HOME/.bashrc" 2> /dev/null; then
    if [[ -f "$HOME/.bashrc" ]]; then
        back_up "$HOME/.bashrc" ""
        if [[ -n $(tail -c 1 "$HOME/.bashrc") ]]; then
            echo >> "$HOME/.bashrc" # the last line had no end
        fi
    fi
    echo 'source ~/.bashrc_add' >> "$HOME/.bashrc"
fi
# END SOLUTION
echo "packages: ${packages[*]}, in WSL also ${windows_packages[*]}; with pip: ${python_packages[*]}; mirror: $mirror; system: ${root:-/}"
