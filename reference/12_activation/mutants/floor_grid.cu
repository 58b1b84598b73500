// Wrong: the number of blocks is rounded down.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;

__device__ float function(int kind, float x, float alpha) {
  switch (kind) {
    case CK_SIGMOID: return 1.0f / (1.0f + expf(-x));  // e^-x may be infinite: 1 / infinity is 0
    case CK_TANH: return tanhf(x);
    case CK_RELU: return x <= 0.0f ? 0.0f : x;  // NaN isn't <= 0 and stays
    case CK_LEAKY_RELU: return x > 0.0f ? x : alpha * x;
    default: return x > 0.0f ? x : alpha * expm1f(x);
  }
}

__device__ float derivative(int kind, float x, float y, float alpha) {
  switch (kind) {
    case CK_SIGMOID: return y * (1.0f - y);
    case CK_TANH: return 1.0f - y * y;
    case CK_RELU: return x > 0.0f ? 1.0f : 0.0f;
    case CK_LEAKY_RELU: return x > 0.0f ? 1.0f : alpha;
    default: return x > 0.0f ? 1.0f : y + alpha;
  }
}

__global__ void __launch_bounds__(THREADS) forward(const float* x, float* y, long long n, int kind, float alpha) {
  const long long i = blockIdx.x * (long long)THREADS + threadIdx.x;
  if (i < n) y[i] = function(kind, x[i], alpha);
}

__global__ void __launch_bounds__(THREADS)
    backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha) {
  const long long i = blockIdx.x * (long long)THREADS + threadIdx.x;
  if (i >= n) return;
  const float at = x[i], there = y[i];
  dx[i] = dy[i] * derivative(kind, at, there, alpha);
}

__global__ void __launch_bounds__(THREADS) prelu_forward(const float* x, const float* slope, float* y, int n, int C, int S) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  y[i] = function(CK_LEAKY_RELU, x[i], slope[i / S % C]);
}

__global__ void __launch_bounds__(THREADS)
    prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int n, int C, int S) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const int c = i / S % C;
  const float at = x[i], d = dy[i];
  dx[i] = d * derivative(CK_LEAKY_RELU, at, 0.0f, slope[c]);
  atomicAdd(&dslope[c], fminf(at, 0.0f) * d);
}

}  // namespace

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  if (kind < CK_SIGMOID || kind > CK_ELU) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  forward<<<n < THREADS ? 1 : n / THREADS, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, y, n, kind, alpha);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_activation_backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  if (kind < CK_SIGMOID || kind > CK_ELU) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  backward<<<ck::ceil_div<long long>(n, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, y, dy, dx, n, kind, alpha);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream) {
  if (N == 0 || C == 0 || S == 0) return cudaSuccess;
  prelu_forward<<<ck::ceil_div(N * C * S, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, y, N * C * S, C, S);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S,
                                 void* stream) {
  if (C == 0) return cudaSuccess;
  CK_CHECK(cudaMemsetAsync(dslope, 0, C * sizeof(float), static_cast<cudaStream_t>(stream)));
  if (N == 0 || S == 0) return cudaSuccess;
  prelu_backward<<<ck::ceil_div(N * C * S, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, dy, dx, dslope, N * C * S,
                                                                                                      C, S);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
