// Wrong: divides the sum of a channel by the number of its terms.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 64;
constexpr int STRETCH = 32;  // numbers that a thread takes, one after the other

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
  const long long first = (blockIdx.x * (long long)THREADS + threadIdx.x) * STRETCH;
  for (long long i = first; i < min(first + STRETCH, n); ++i) y[i] = function(kind, x[i], alpha);
}

__global__ void __launch_bounds__(THREADS)
    backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha) {
  const long long first = (blockIdx.x * (long long)THREADS + threadIdx.x) * STRETCH;
  for (long long i = first; i < min(first + STRETCH, n); ++i) {
    const float at = x[i], there = y[i];
    dx[i] = dy[i] * derivative(kind, at, there, alpha);
  }
}

// A thread for each plane.
__global__ void __launch_bounds__(THREADS) prelu_forward(const float* x, const float* slope, float* y, int planes, int C, int S) {
  const int plane = blockIdx.x * THREADS + threadIdx.x;
  if (plane >= planes) return;
  for (size_t i = (size_t)plane * S; i < (size_t)(plane + 1) * S; ++i) y[i] = function(CK_LEAKY_RELU, x[i], slope[plane % C]);
}

// A thread for each channel: nobody else adds to its slope.
__global__ void __launch_bounds__(THREADS)
    prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S) {
  const int c = blockIdx.x * THREADS + threadIdx.x;
  if (c >= C) return;
  float sum = 0.0f;
  for (int image = 0; image < N; ++image) {
    float part = 0.0f;
    for (size_t i = ((size_t)image * C + c) * S; i < ((size_t)image * C + c + 1) * S; ++i) {
      const float at = x[i], d = dy[i];
      dx[i] = d * derivative(CK_LEAKY_RELU, at, 0.0f, slope[c]);
      part += fminf(at, 0.0f) * d;
    }
    sum += part;
  }
  dslope[c] = N * S > 0 ? sum / (N * S) : 0.0f;
}

}  // namespace

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  if (kind < CK_SIGMOID || kind > CK_ELU) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  forward<<<ck::ceil_div<long long>(n, THREADS * STRETCH), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, y, n, kind, alpha);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_activation_backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  if (kind < CK_SIGMOID || kind > CK_ELU) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  backward<<<ck::ceil_div<long long>(n, THREADS * STRETCH), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, y, dy, dx, n, kind, alpha);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream) {
  if (N == 0 || C == 0 || S == 0) return cudaSuccess;
  prelu_forward<<<ck::ceil_div(N * C, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, y, N * C, C, S);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S,
                                 void* stream) {
  if (C == 0) return cudaSuccess;
  prelu_backward<<<ck::ceil_div(C, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, dy, dx, dslope, N, C, S);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
