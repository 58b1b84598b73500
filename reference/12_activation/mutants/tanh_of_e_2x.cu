// Wrong: e^2x is infinite from 44.4 on.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;

// Each kind: f(x), and f'(x) as y = f(x) tells it. y > 0 where x > 0, and nowhere else in the last three.
struct Sigmoid {
  __device__ float operator()(float x) const { return 1.0f / (1.0f + expf(-x)); }  // e^-x may be infinite: 1 / infinity is 0
  __device__ float slope(float y) const { return y * (1.0f - y); }
};

struct Tanh {
  __device__ float operator()(float x) const { return (expf(2.0f * x) - 1.0f) / (expf(2.0f * x) + 1.0f); }
  __device__ float slope(float y) const { return 1.0f - y * y; }
};

struct Relu {
  __device__ float operator()(float x) const { return x <= 0.0f ? 0.0f : x; }  // NaN isn't <= 0 and stays
  __device__ float slope(float y) const { return y > 0.0f ? 1.0f : 0.0f; }
};

struct Leaky {
  float alpha;
  __device__ float operator()(float x) const { return x > 0.0f ? x : alpha * x; }
  __device__ float slope(float y) const { return y > 0.0f ? 1.0f : alpha; }
};

struct Elu {
  float alpha;
  __device__ float operator()(float x) const { return x > 0.0f ? x : alpha * expm1f(x); }
  __device__ float slope(float y) const { return y > 0.0f ? 1.0f : y + alpha; }
};

template <class F>
__global__ void __launch_bounds__(THREADS) forward(const float* x, float* y, long long n, F f) {
  const long long i = blockIdx.x * (long long)THREADS + threadIdx.x;
  if (i < n) y[i] = f(x[i]);
}

template <class F>
__global__ void __launch_bounds__(THREADS) backward(const float* y, const float* dy, float* dx, long long n, F f) {
  const long long i = blockIdx.x * (long long)THREADS + threadIdx.x;
  if (i < n) dx[i] = dy[i] * f.slope(y[i]);
}

__global__ void __launch_bounds__(THREADS) prelu_forward(const float* x, const float* slope, float* y, int n, int C, int S) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const Leaky f{slope[i / S % C]};
  y[i] = f(x[i]);
}

__global__ void __launch_bounds__(THREADS)
    prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int n, int C, int S) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const int c = i / S % C;
  const Leaky f{slope[c]};
  const float at = x[i], d = dy[i];
  dx[i] = d * f.slope(at);
  atomicAdd(&dslope[c], fminf(at, 0.0f) * d);
}

// Calls launch(f) with the function that `kind` names.
template <class Launch>
int with(int kind, float alpha, Launch launch) {
  switch (kind) {
    case CK_SIGMOID: return launch(Sigmoid());
    case CK_TANH: return launch(Tanh());
    case CK_RELU: return launch(Relu());
    case CK_LEAKY_RELU: return launch(Leaky{alpha});
    case CK_ELU: return launch(Elu{alpha});
    default: return cudaErrorInvalidValue;
  }
}

}  // namespace

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  if (n == 0) return cudaSuccess;
  const int error = with(kind, alpha, [=](auto f) -> int {
    forward<<<ck::ceil_div<long long>(n, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, y, n, f);
    CK_CHECK_LAUNCH();
    return cudaSuccess;
  });
  CK_CHECK(error);
  return cudaSuccess;
}

extern "C" int ck_activation_backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  if (n == 0) return cudaSuccess;
  const int error = with(kind, alpha, [=](auto f) -> int {
    backward<<<ck::ceil_div<long long>(n, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(y, dy, dx, n, f);
    CK_CHECK_LAUNCH();
    return cudaSuccess;
  });
  CK_CHECK(error);
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
