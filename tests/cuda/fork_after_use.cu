// A child that was forked after the device was used gets an error for its calls; the parent goes on undisturbed.
#include <sys/wait.h>
#include <unistd.h>
#include "check.cuh"

int main() {
  int* x;
  CHECK(cudaMalloc(&x, 4));
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    int* y;
    _exit(cudaMalloc(&y, 4) == cudaErrorInitializationError ? 0 : 1);
  }
  int status = 0;
  EXPECT(waitpid(child, &status, 0) == child);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(cudaMemset(x, 0, 4));
  CHECK(cudaFree(x));
  return pass();
}
