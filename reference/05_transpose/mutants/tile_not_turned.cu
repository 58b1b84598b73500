// Wrong: four by four numbers go to their new place as they are.
#include "ck/check.cuh"
#include "ck/vector.cuh"

namespace {

__global__ void quads(const float* a, float* b, int m, int n, int lda, int ldb, bool a4, bool b4, unsigned across) {
  const unsigned t = blockIdx.x * blockDim.x + threadIdx.x;
  const long long i = t / across * 4ll, j = t % across * 4ll;
  if (i >= m) return;
  float4 r[4];
  for (int k = 0; k < 4; ++k) r[k] = i + k < m ? ck::load4(a + (i + k) * lda + j, n - j, a4) : make_float4(0, 0, 0, 0);
  const float4 c[4] = {r[0], r[1], r[2], r[3]};
  for (int k = 0; k < 4; ++k)
    if (j + k < n) ck::store4(b + (j + k) * ldb + i, c[k], m - i, b4);
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  const unsigned across = (unsigned(N) + 3) / 4;
  const unsigned long long threads = (unsigned long long)across * ((unsigned(M) + 3) / 4);
  if (threads == 0) return cudaSuccess;
  quads<<<unsigned((threads + 255) / 256), 256, 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, ck::aligned4(input, ldi),
                                                                           ck::aligned4(output, ldo), across);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
