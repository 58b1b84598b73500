// Correct in another style: one kernel does everything forward and one everything backward, by a grid-stride loop over numbers that knows
// PReLU as a leaky ReLU whose slope lies in an array. Derivatives are computed from x alone. The slopes' gradients have a block for each
// channel and no atomic.
#include "ck/check.cuh"

namespace {

// A warp's 32 values -> their sum, on every lane. Five shuffles, no shared memory.
__device__ float warp_sum(float value) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(0xffffffff, value, distance);
  return value;
}

// The values of a block's WIDTH threads -> their sum, on every thread. All of them come.
template <int WIDTH>
__device__ float block_sum(float value) {
  __shared__ float of_warp[WIDTH / 32];
  const int lane = threadIdx.x % 32;
  value = warp_sum(value);
  if (lane == 0) of_warp[threadIdx.x / 32] = value;
  __syncthreads();  // wait: other warps still write theirs
  value = warp_sum(lane < WIDTH / 32 ? of_warp[lane] : 0.0f);
  __syncthreads();  // wait: a call to come writes there again
  return value;
}

const int kThreads = 128;

__device__ float sigmoid(float x) {
  const float e = expf(-fabsf(x));  // never above 1
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

__device__ float apply(int kind, float x, float a) {
  if (kind == CK_SIGMOID) return sigmoid(x);
  if (kind == CK_TANH) return tanhf(x);
  if (x > 0 || x != x) return x;
  return kind == CK_RELU ? 0 : kind == CK_ELU ? a * expm1f(x) : a * x;
}

__device__ float derive(int kind, float x, float a) {
  if (kind == CK_SIGMOID) return sigmoid(x) * sigmoid(-x);
  if (kind == CK_TANH) return (1 - tanhf(x)) * (1 + tanhf(x));
  if (x > 0) return 1;
  return kind == CK_RELU ? 0 : kind == CK_ELU ? a * expf(x) : a;
}

__global__ void forward(const float* x, const float* slope, float* y, long long n, int kind, float alpha, int C, int S) {
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += (long long)gridDim.x * blockDim.x)
    y[i] = apply(kind, x[i], slope ? slope[i / S % C] : alpha);
}

__global__ void backward(const float* x, const float* slope, const float* dy, float* dx, long long n, int kind, float alpha, int C, int S) {
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += (long long)gridDim.x * blockDim.x)
    dx[i] = dy[i] * derive(kind, x[i], slope ? slope[i / S % C] : alpha);
}

__global__ void channel_sums(const float* x, const float* dy, float* dslope, int N, int C, int S) {
  const int c = blockIdx.x;
  float sum = 0;
  for (int image = 0; image < N; ++image)
    for (int s = threadIdx.x; s < S; s += kThreads) {
      const size_t i = ((size_t)image * C + c) * S + s;
      if (!(x[i] > 0)) sum += x[i] * dy[i];
    }
  sum = block_sum<kThreads>(sum);
  if (threadIdx.x == 0) dslope[c] = sum;
}

unsigned blocks(long long n) { return unsigned(n / kThreads < 500 ? n / kThreads + 1 : 500); }

bool known(int kind) { return kind >= CK_SIGMOID && kind <= CK_ELU; }

}  // namespace

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  if (!known(kind)) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  forward<<<blocks(n), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, nullptr, y, n, kind, alpha, 1, 1);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_activation_backward(const float* x, const float*, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  if (!known(kind)) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  backward<<<blocks(n), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, nullptr, dy, dx, n, kind, alpha, 1, 1);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream) {
  const long long n = (long long)N * C * S;
  if (n == 0) return cudaSuccess;
  forward<<<blocks(n), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, y, n, CK_LEAKY_RELU, 0, C, S);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S,
                                 void* stream) {
  const long long n = (long long)N * C * S;
  if (C == 0) return cudaSuccess;
  channel_sums<<<C, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, dy, dslope, N, C, S);
  CK_CHECK_LAUNCH();
  if (n == 0) return cudaSuccess;
  backward<<<blocks(n), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, dy, dx, n, CK_LEAKY_RELU, 0, C, S);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
