#include <cstdio>
__global__ void nothing() {}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  nothing<<<1, 1, 0, (cudaStream_t)stream>>>();
  puts("<script>owned()</script>\n::set-output name=owned::1\n\x1b]0;owned\x07\n=HYPERLINK(1)");
  fputs("</pre><iframe src=javascript:owned()>\n", stderr);
  return cudaGetLastError();
}
