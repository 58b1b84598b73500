# Read by bash before your script: what it runs is noted down with its line, so that a message can say where something went wrong.
exec {BASH_XTRACEFD}>> "$CK_TRACE"
PS4='+${BASH_SOURCE##*/}:${LINENO}: '
set -x
