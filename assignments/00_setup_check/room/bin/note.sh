# note WORDS…: what a program was asked, and whether by sudo, for the record.
state=/tmp/ck
root=$(< "$state/root")
note() {
    {
        printf '%s\037' "${SUDO_USER:+sudo}" "$@"
        printf '\036\n'
    } >> "$state/log"
}
