#include <cassert>
__global__ void fail(float* Y) {
  assert(Y == nullptr && "<script>owned()</script>\n::set-output name=owned::1\n\x1b]0;owned\x07=HYPERLINK(1)");
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  fail<<<1, 1, 0, (cudaStream_t)stream>>>(Y);
  return cudaGetLastError();
}
