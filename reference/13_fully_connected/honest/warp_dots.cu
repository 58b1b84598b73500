// A warp for each output of the forward pass and a thread for each element of the gradients; nothing is shared but by shuffles. Right for
// a batch of one, slow for large ones.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 128;
constexpr int WARPS = THREADS / 32;

__global__ void outputs(const float* x, const float* W, const float* bias, float* y, long long count, int I, int O) {
  const long long first = blockIdx.x * (long long)WARPS + threadIdx.x / 32, step = gridDim.x * (long long)WARPS;
  for (long long e = first; e < count; e += step) {
    const float* sample = x + e / O * I;
    const float* weights = W + e % O * I;
    float sum = 0;
    for (int i = threadIdx.x % 32; i < I; i += 32) sum = fmaf(sample[i], weights[i], sum);
    for (int lanes = 16; lanes > 0; lanes /= 2) sum += __shfl_down_sync(0xffffffffu, sum, lanes);
    if (threadIdx.x % 32 == 0) y[e] = sum + bias[e % O];
  }
}

// The first B * I threads have an element of dx, the next O * I one of dW, the last O one of dbias.
__global__ void gradients(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int B, long long I, int O) {
  long long e = blockIdx.x * (long long)THREADS + threadIdx.x;
  float sum = 0;
  if (e < B * I) {
    for (int o = 0; o < O; ++o) sum += dy[e / I * O + o] * W[o * I + e % I];
    dx[e] = sum;
    return;
  }
  e -= B * I;
  if (e < O * I) {
    for (int n = 0; n < B; ++n) sum += dy[n * (long long)O + e / I] * x[n * I + e % I];
    dW[e] = sum;
    return;
  }
  e -= O * I;
  if (e < O) {
    for (int n = 0; n < B; ++n) sum += dy[n * (long long)O + e];
    dbias[e] = sum;
  }
}

}  // namespace

extern "C" int ck_fc_forward(const float* x, const float* W, const float* bias, float* y, int B, int I, int O, void* stream) {
  const long long count = (long long)B * O, wanted = ck::ceil_div(count, (long long)WARPS);
  const unsigned blocks = unsigned(wanted < 65536 ? wanted : 65536);
  if (count == 0) return 0;
  outputs<<<blocks, THREADS, 0, (cudaStream_t)stream>>>(x, W, bias, y, count, I, O);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_fc_backward(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int B, int I, int O,
                              void* stream) {
  const long long count = (long long)B * I + (long long)O * I + O;
  if (count == 0) return 0;
  gradients<<<ck::ceil_div(count, (long long)THREADS), THREADS, 0, (cudaStream_t)stream>>>(x, W, dy, dx, dW, dbias, B, I, O);
  CK_CHECK_LAUNCH();
  return 0;
}
