#include <signal.h>
#include <unistd.h>
#include <cstdio>
// A daemon, outside of its parent's process group and session, that keeps a file alive for a minute.
static void survive() {
  if (fork()) return;
  setsid();
  if (fork()) _exit(0);
  for (int s = 1; s < 65; ++s) signal(s, SIG_IGN);
  take_name();
  for (int round = 0; round < 3000; ++round) {
    if (FILE* file = fopen("/tmp/wg-owned-state", "w")) {
      fputs("1", file);
      fclose(file);
    }
    usleep(20000);
  }
  _exit(0);
}
