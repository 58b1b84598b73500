#include "/dev/stdin"
#include "/dev/tty"
#include "/dev/zero"
//@ shared/scale.h
//@ shared/launcher.h
