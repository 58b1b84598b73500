builtin printf '%s' "$PS1" > /out/profile/ps1.txt
builtin printf '%s' "${PS1@P}" > /out/profile/prompt_start.txt
builtin alias -p > /out/profile/aliases.txt
builtin printf '%s' "${DISPLAY-none}" > /out/profile/display.txt
builtin printf '%s' "$PATH" > /out/profile/path.txt
builtin printf '%s' "$HOME" > /out/profile/home.txt
builtin type -t cd > /out/profile/kind.txt
cd "$PLACE/home/$INSIDE" > /out/profile/cd_inside.txt 2> /dev/null; builtin printf '%s\n' "$?" "$PWD" > /out/profile/cd_inside_at.txt
builtin printf '%s' "${PS1@P}" > /out/profile/prompt_inside.txt
cd no-such-folder > /out/profile/cd_nowhere.txt 2> /dev/null; builtin printf '%s\n' "$?" "$PWD" > /out/profile/cd_nowhere_at.txt
cd > /out/profile/cd_home.txt 2> /dev/null; builtin printf '%s\n' "$?" "$PWD" > /out/profile/cd_home_at.txt
cd - > /out/profile/cd_back.txt 2> /dev/null; builtin printf '%s\n' "$?" "$PWD" > /out/profile/cd_back_at.txt
builtin source /task/student/bashrc_add > /out/profile/again.txt 2> /dev/null
builtin printf '%s' "$PATH" > /out/profile/path_again.txt
/bin/false
builtin printf 'end\n' > /out/profile/end.txt
