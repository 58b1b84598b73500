#!/bin/bash
# Runs one of your scripts as `grader check` and the grading do: in a home of its own, with what /task/setup.sh puts there.
#
#     bash /task/drive.sh task02_files.sh [TIMES]
#
# It knows no right answers. What the home looks like afterwards is read from outside; here is only noted down what can't be seen there.
script=$1 times=${2:-1}
seconds=8 # for each run; twice that is less than time_s
declare -A pids=() # of the processes that setup.sh starts: what for -> its number
mapfile -t arguments < /task/arguments.txt
cd "$HOME" || exit 70
source /task/setup.sh

copy=/tmp/scripts/$script
IFS= read -r first < "/task/student/$script"
cp "/task/student/$script" /out/script.txt # to find the line that writes a file

statuses=()
for ((run = 1; run <= times; run++)); do
    mkdir -p /tmp/scripts
    cp "/task/student/$script" "$copy"
    chmod 755 "$copy"
    # what bash is about to run, with its line, goes to a file of its own; the script sees nothing of it
    BASH_ENV=/task/trace.sh CK_TRACE=/out/trace$run.txt timeout -k 1 "$seconds" "$copy" "${arguments[@]}" < /dev/null
    statuses+=($?)
done
[[ " ${statuses[*]} " == *\ 124\ * || " ${statuses[*]} " == *\ 137\ * ]] && : > /out/limited # on another day it may be in time

# those that were asked to end get a moment to do so; then nobody does anything any more
for ((wait = 0; wait < 50; wait++)); do
    ending=0
    for what in "${!pids[@]}"; do
        [[ $what == target* && -d /proc/${pids[$what]} ]] && ending=1
    done
    ((ending)) || break
    sleep 0.02
done
kill -STOP -1 2> /dev/null
states=
for what in "${!pids[@]}"; do
    state=gone
    if read -r _ _ state _ 2> /dev/null < "/proc/${pids[$what]}/stat" && [[ $state != Z ]]; then state=alive; else state=gone; fi
    [[ -e /tmp/processes/said.${pids[$what]} ]] && state+=" said"
    states+="$what ${pids[$what]} $state"$'\n'
done
kill -KILL -1 2> /dev/null
wait 2> /dev/null
for trace in /out/trace*.txt; do # of a script that went round and round, the end
    if (($(stat -c %s "$trace") > 2097152)); then
        tail -c 1048576 "$trace" > /tmp/end && cp /tmp/end "$trace"
    fi
done

# git and tar read what the script made, in an environment of their own
clean=(env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null timeout -k 1 5)
note() { # NAME COMMAND…: what it prints, at most 1 MiB
    local name=$1
    shift
    "${clean[@]}" "$@" 2> /dev/null | head -c 1048576 > "/out/$name"
}
printf '%s' "$states" > /out/processes.txt
printf '%s\n' "${statuses[*]}" > /out/status.txt
printf '%s\n' "$first" > /out/first.txt
df --output=target "$HOME" 2> /dev/null | tail -n 1 > /out/mount.txt
if [[ -f $HOME/backup.tar.gz ]]; then
    note archive.txt tar --list --gzip --file "$HOME/backup.tar.gz"
    mkdir /tmp/unpacked
    "${clean[@]}" tar --extract --gzip --file "$HOME/backup.tar.gz" --directory /tmp/unpacked 2> /dev/null
    note sums.txt find /tmp/unpacked -type f -exec sha256sum '{}' +
fi
if [[ -d $HOME/remote.git ]]; then
    for place in remote.git project/.git; do
        name=${place%%[./]*}
        bare=("git" --git-dir="$HOME/$place")
        note "$name-branches.txt" "${bare[@]}" for-each-ref --format='%(refname:short)' refs/heads
        note "$name-tree.txt" "${bare[@]}" -c core.quotepath=off ls-tree -r refs/heads/main
        note "$name-log.txt" "${bare[@]}" log --format='%an%x09%s' refs/heads/main
    done
    note head.txt git --git-dir="$HOME/project/.git" symbolic-ref --short HEAD
    note upstream.txt git --git-dir="$HOME/project/.git" config --get branch.main.merge
    note remotes.txt git --git-dir="$HOME/project/.git" config --get remote.origin.url
fi
exit 0
