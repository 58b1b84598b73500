// Backward each sample adds its part to dW and dbias by atomics, so that the batch spreads over blocks; both are cleared first.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 128;

// A block has a sample, which it keeps in shared memory piece by piece.
__global__ void forward(const float* x, const float* W, const float* bias, float* y, int I, int O) {
  __shared__ float piece[THREADS];
  for (int first = 0; first < O; first += THREADS) {
    const int o = first + threadIdx.x;
    float sum = o < O ? bias[o] : 0.0f;
    for (int begin = 0; begin < I; begin += THREADS) {
      const int here = min(THREADS, I - begin);
      if (threadIdx.x < here) piece[threadIdx.x] = x[blockIdx.x * size_t(I) + begin + threadIdx.x];
      __syncthreads();
      for (int i = 0; o < O && i < here; ++i) sum += piece[i] * W[o * size_t(I) + begin + i];
      __syncthreads();
    }
    if (o < O) y[blockIdx.x * size_t(O) + o] = sum;
  }
}

__global__ void backward(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int I, int O) {
  const float* from = dy + blockIdx.x * size_t(O);
  const size_t row = blockIdx.x * size_t(I);
  for (int i = threadIdx.x; i < I; i += THREADS) {
    const float input = x[row + i];
    float sum = 0.0f;
    for (int o = 0; o < O; ++o) {
      const size_t weight = o * size_t(I) + i;
      sum += from[o] * W[weight];
      atomicAdd(dW + weight, from[o] * input);
    }
    dx[row + i] = sum;
  }
  for (int o = threadIdx.x; o < O; o += THREADS) atomicAdd(dbias + o, from[o]);
}

}  // namespace

extern "C" int ck_fc_forward(const float* x, const float* W, const float* bias, float* y, int B, int I, int O, void* stream) {
  if (B > 0 && O > 0) {
    forward<<<B, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, W, bias, y, I, O);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

extern "C" int ck_fc_backward(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int B, int I, int O,
                              void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  if (O > 0 && I > 0) CK_CHECK(cudaMemsetAsync(dW, 0, sizeof(float) * O * I, on));
  if (O > 0) CK_CHECK(cudaMemsetAsync(dbias, 0, sizeof(float) * O, on));
  if (B > 0 && (I > 0 || O > 0)) {
    backward<<<B, THREADS, 0, on>>>(x, W, dy, dx, dW, dbias, I, O);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}
