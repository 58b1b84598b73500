// A host that reads a device pointer faults; the fault is the child's, the parent looks on.
#include <sys/wait.h>
#include <unistd.h>
#include "check.cuh"

int main() {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    int* x;
    CHECK(cudaMalloc(&x, 400));
    volatile int* wrong = x;
    _exit(*wrong == 0 ? 0 : 2);
  }
  int status = 0;
  EXPECT(waitpid(child, &status, 0) == child);
  EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
  return pass();
}
