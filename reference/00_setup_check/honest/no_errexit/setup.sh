#!/bin/bash
# without set -e: every step says itself what becomes of a failure
fail() { echo "$0: $*" >&2; exit 1; }

dir=${0%/*}
mirror=$1
[ -n "$mirror" ] || fail "which mirror?"

change_sources() {
    local file=$1
    test -f "$file" || return 0
    if [ ! -e "${file}_bk" ]; then
        sudo cp "$file" "${file}_bk" || return 1
    fi
    sed -E "s,//([a-z]+\.)?(archive|security)[.]ubuntu[.]com/,//$mirror/,g" "${file}_bk" > /tmp/sources.$$ || return 1
    if [ -e "${file}_bk" ] && ! grep -q "//$mirror/" "$file"; then
        sudo cp /tmp/sources.$$ "$file" || return 1
    fi
    sudo sed -i -E "s,//([a-z]+\.)?(archive|security)[.]ubuntu[.]com/,//$mirror/,g" "$file" || return 1
    rm -f /tmp/sources.$$
}
change_sources "$SETUP_ROOT/etc/apt/sources.list" || fail "sources.list"
change_sources "$SETUP_ROOT/etc/apt/sources.list.d/ubuntu.sources" || fail "ubuntu.sources"

list="build-essential git openssh-client vim-gtk3 python3-dev python3-pip python3-venv fonts-nanum"
if grep -q -e Microsoft -e microsoft "$SETUP_ROOT/proc/version"; then
    list="$list x11-apps dbus-x11 gnome-terminal"
fi
sudo apt-get -y update || fail "apt-get update"
sudo env DEBIAN_FRONTEND=noninteractive apt-get -qqy -o Dpkg::Options::=--force-confold dist-upgrade || fail "apt-get full-upgrade"
sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes $list || fail "apt-get install"

mkdir -p "$HOME"/.cache && sudo chown --recursive "$USER:" "$HOME"/.cache/ || fail "cache"

python3 -m venv "$HOME"/course || fail "venv"
"$HOME"/course/bin/python3 -m pip install --upgrade pip || fail "pip"
for package in numpy pandas scipy matplotlib pillow jupyterlab; do
    "$HOME"/course/bin/python3 -m pip install "$package" || fail "pip install $package"
done

cp "$dir/bashrc_add" "$HOME"/.bashrc_add || fail "bashrc_add"
if [ -f "$HOME"/.vimrc ] && [ ! -f "$HOME"/.vimrc_bk ]; then
    cp "$HOME"/.vimrc "$HOME"/.vimrc_bk || fail ".vimrc_bk"
fi
cp "$dir/vimrc" "$HOME"/.vimrc || fail "vimrc"

if [ -f "$HOME"/.bashrc ]; then
    if grep -q bashrc_add "$HOME"/.bashrc; then
        exit 0
    fi
    [ -f "$HOME"/.bashrc_bk ] || cp "$HOME"/.bashrc "$HOME"/.bashrc_bk || fail ".bashrc_bk"
fi
cat >> "$HOME"/.bashrc << 'END' || fail ".bashrc"

# the course
source ~/.bashrc_add
END
exit 0
