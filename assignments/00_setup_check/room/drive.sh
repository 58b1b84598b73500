#!/bin/bash
# Lets your three files loose on a recorded machine, as `grader check` and the grading do. It knows no right answers: it notes down what
# can't be seen in the home afterwards.
source /task/machine.sh # home root mirror runs profile display probes state…
state=/tmp/ck
limit=12 # seconds, for each run of something of yours; and 5 of a processor's time
too_long() { [[ $1 == 124 || $1 == 137 || $1 == 152 ]] && { : > /out/limited; true; }; } # limited: on another day it may be in time
path=$state/bin:/task/bin:/usr/bin:/bin
mkdir -p "$state/bin" /out/student "$home"
cp /task/student/* /out/student/
if [[ -e /usr/bin/nvidia-smi || -e /bin/nvidia-smi ]]; then # this machine's own card is none of the recorded machine's
    mkdir "$state/tools"
    find /usr/bin /bin/ -mindepth 1 -maxdepth 1 ! -name nvidia-smi -exec ln -sf -t "$state/tools" {} + 2> /dev/null
    path=$state/bin:/task/bin:$state/tools
fi
printf '%s' "$root" > "$state/root"
printf '%s' "$gateway" > "$state/gateway"
[[ $network == off ]] && : > "$state/offline"
[[ $pip == broken ]] && : > "$state/pip_broken"
[[ $managed == yes ]] && : > "$state/managed"
user=$(id -un 2> /dev/null) || user=student
printf '%s' "$user" > "$state/user"
printf '%s\n' "$user" > /out/user.txt
clean=(prlimit --cpu=5 env -i "HOME=$home" "USER=$user" "LOGNAME=$user" SHELL=/bin/bash LANG=C.UTF-8 TERM=dumb "PATH=$path" "SETUP_ROOT=$root")

# ---- setup.sh, from another folder, by its own first line ----

folder="$home/my setup"
if ((runs)); then
    mkdir -p "$folder" && cp /task/student/setup.sh /task/student/bashrc_add /task/vimrc "$folder/"
    chmod 755 "$folder/setup.sh"
    chmod -R a-w "$root/etc" # it takes sudo to write there
fi
for ((run = 1; run <= runs; run++)); do
    : > "$state/log"
    exec 8< /task/answers.txt # whoever reads from it takes something away
    cd "$home" 2> /dev/null || cd /
    "${clean[@]}" BASH_ENV=/task/trace.sh CK_TRACE="/out/trace$run.txt" timeout -k 1 "$limit" "$folder/setup.sh" "$mirror" \
        <&8 > "/out/setup$run.out" 2> "/out/setup$run.err"
    status=$?
    printf '%s\n' "$status" > "/out/status$run.txt"
    mapfile -t -u 8 left
    printf '%s\n' "${#left[@]}" > "/out/left$run.txt"
    exec 8<&-
    cp "$state/log" "/out/calls$run.txt"
    if ((run == 1)); then # what a second run spoils shows by comparison
        mkdir -p /out/first
        for name in .bashrc .bashrc_bk .vimrc_bk; do
            [[ -f $home/$name ]] && cp "$home/$name" "/out/first/home$name"
        done
        for name in sources.list_bk sources.list.d/ubuntu.sources_bk; do
            [[ -f $root/etc/apt/$name ]] && cat "$root/etc/apt/$name" > "/out/first/etc.${name##*/}"
        done
    fi
    too_long "$status" && break
done

# ---- bashrc_add, in an interactive bash with a home of its own ----

if ((profile)); then
    place=/tmp/place
    mkdir -p "$place/home/$inside" "$place/elsewhere/$inside" /out/profile
    for name in "${names[@]}"; do : > "$place/home/$inside/$name"; done
    for name in "${home_names[@]}"; do : > "$place/home/$name"; done
    cd "$place/elsewhere" || exit 70
    more=()
    [[ -n $display ]] && more=("DISPLAY=$display")
    "${clean[@]}" "HOME=$place/home" "PLACE=$place" "INSIDE=$inside" "${more[@]}" timeout -k 1 "$limit" \
        bash --noprofile --rcfile /task/student/bashrc_add -i < /task/questions.sh > /out/profile/printed.txt 2> /out/profile/said.txt
    status=$?
    printf '%s\n' "$status" > /out/profile/status.txt
    too_long "$status"
fi

# ---- probe.py, once for each recording ----

mkdir -p /out/probe
for ((n = 0; n < ${#probes[@]}; n++)); do
    rm -f "$state/bin/nvidia-smi"
    if [[ -f ${probes[n]}/nvidia-smi.sh ]]; then # this machine has one
        cp "${probes[n]}/nvidia-smi.sh" "$state/bin/nvidia-smi"
        chmod 755 "$state/bin/nvidia-smi"
    fi
    cd /tmp || exit 70
    "${clean[@]}" PYTHONDONTWRITEBYTECODE=1 timeout -k 1 "$limit" /usr/bin/python3 /task/student/probe.py "${probes[n]}" \
        < /dev/null > "/out/probe/$n.out" 2> "/out/probe/$n.err"
    status=$?
    printf '%s\n' "$status" > "/out/probe/$n.status"
    too_long "$status" && break
done

kill -KILL -1 2> /dev/null # nothing of yours goes on
chmod -R u+w "$root" 2> /dev/null
exit 0
