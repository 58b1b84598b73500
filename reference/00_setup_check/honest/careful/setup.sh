#!/usr/bin/env bash
set -Eeuo pipefail
trap 'echo "setup.sh: line $LINENO failed: $BASH_COMMAND" >&2' ERR
export DEBIAN_FRONTEND=noninteractive

MIRROR="$1"
ETC="${SETUP_ROOT-}/etc"
SCRIPT_DIR="$( cd -- "$( dirname -- "${BASH_SOURCE[0]}" )" &> /dev/null && pwd )"

keep() { # keep FILE [sudo]
    local file="$1"
    if [ ! -f "${file}_bk" ]; then
        ${2-} cp -p -- "$file" "${file}_bk"
    fi
}

for list in "$ETC"/apt/sources.list "$ETC"/apt/sources.list.d/ubuntu.sources
do
    [ -f "$list" ] || continue
    keep "$list" sudo
    sudo sed -i \
        -e "s|://[a-z][a-z]\.archive\.ubuntu\.com|://$MIRROR|g" \
        -e "s|://archive\.ubuntu\.com|://$MIRROR|g" \
        -e "s|://[a-z][a-z]\.security\.ubuntu\.com|://$MIRROR|g" \
        -e "s|://security\.ubuntu\.com|://$MIRROR|g" "$list"
done

sudo -E apt-get update -y
sudo -E apt-get full-upgrade -y
sudo -E apt-get install -y build-essential git openssh-client vim-gtk3 python3-dev python3-pip python3-venv fonts-nanum
case "$(cat "${SETUP_ROOT-}/proc/version")" in
    *[Mm]icrosoft*) sudo -E apt-get install -y x11-apps dbus-x11 gnome-terminal ;;
esac

[ -d ~/.cache ] || mkdir ~/.cache
sudo chown -R "$USER" ~/.cache

[ -d ~/course/bin ] || python3 -m venv ~/course
set +u
source ~/course/bin/activate
set -u
pip install numpy pandas scipy matplotlib pillow jupyterlab

if [ -f ~/.vimrc ]; then
    if ! diff -q ~/.vimrc "$SCRIPT_DIR/vimrc" > /dev/null; then
        keep ~/.vimrc
    fi
fi
install -m 644 "$SCRIPT_DIR/vimrc" ~/.vimrc
install -m 644 "$SCRIPT_DIR/bashrc_add" ~/.bashrc_add

touch ~/.bashrc
if ! grep -q '^source ~/\.bashrc_add$' ~/.bashrc; then
    keep ~/.bashrc
    printf '\n%s\n' 'source ~/.bashrc_add' >> ~/.bashrc
fi
