// Correct in another style: everything is computed in double precision within a thread, and rounded once. Slow on most cards, and right.
#include "ck/check.cuh"

namespace {

__device__ double value(int kind, double x, double a) {
  switch (kind) {
    case CK_SIGMOID: return 1 / (1 + exp(-x));
    case CK_TANH: return tanh(x);
    case CK_RELU: a = 0;
  }
  if (!(x <= 0)) return x;
  return kind == CK_ELU ? a * expm1(x) : a == 0 ? 0 : a * x;
}

__device__ double slope_at(int kind, double x, double a) {
  if (kind == CK_SIGMOID) return value(kind, x, a) * value(kind, -x, a);
  if (kind == CK_TANH) return 1 - tanh(x) * tanh(x);
  if (x > 0) return 1;
  return kind == CK_RELU ? 0 : kind == CK_ELU ? a * exp(x) : a;
}

__global__ void apply(const float* x, float* y, long long n, int kind, float a) {
  const long long i = blockIdx.x * 192LL + threadIdx.x;
  if (i < n) y[i] = value(kind, x[i], a);
}

__global__ void apply_back(const float* x, const float* dy, float* dx, long long n, int kind, float a) {
  const long long i = blockIdx.x * 192LL + threadIdx.x;
  if (i < n) dx[i] = dy[i] * slope_at(kind, x[i], a);
}

__global__ void prelu(const float* x, const float* slope, float* y, int S) {
  const size_t plane = (size_t)(blockIdx.y * gridDim.x + blockIdx.x) * S;  // x: channel, y: image
  for (int s = threadIdx.x; s < S; s += blockDim.x) y[plane + s] = value(CK_LEAKY_RELU, x[plane + s], slope[blockIdx.x]);
}

__global__ void prelu_back(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int S) {
  __shared__ double sum;  // of the channel
  if (threadIdx.x == 0) sum = 0;
  __syncthreads();
  double own = 0;
  for (int image = 0; image < N; ++image) {
    const size_t plane = ((size_t)image * gridDim.x + blockIdx.x) * S;
    for (int s = threadIdx.x; s < S; s += blockDim.x) {
      const double v = x[plane + s], d = dy[plane + s];
      dx[plane + s] = v > 0 ? d : slope[blockIdx.x] * d;
      if (v < 0) own += v * d;
    }
  }
  atomicAdd(&sum, own);
  __syncthreads();
  if (threadIdx.x == 0) dslope[blockIdx.x] = sum;
}

}  // namespace

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  if (kind < 0 || kind > 4) return cudaErrorInvalidValue;
  if (n == 0) return 0;
  apply<<<unsigned((n - 1) / 192 + 1), 192, 0, cudaStream_t(stream)>>>(x, y, n, kind, alpha);
  return cudaGetLastError();
}

extern "C" int ck_activation_backward(const float* x, const float*, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  if (kind < 0 || kind > 4) return cudaErrorInvalidValue;
  if (n == 0) return 0;
  apply_back<<<unsigned((n - 1) / 192 + 1), 192, 0, cudaStream_t(stream)>>>(x, dy, dx, n, kind, alpha);
  return cudaGetLastError();
}

extern "C" int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream) {
  if (N == 0 || C == 0) return 0;
  prelu<<<dim3(C, N), 64, 0, cudaStream_t(stream)>>>(x, slope, y, S);
  return cudaGetLastError();
}

extern "C" int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S,
                                 void* stream) {
  if (C == 0) return 0;
  prelu_back<<<C, 128, 0, cudaStream_t(stream)>>>(x, slope, dy, dx, dslope, N, S);
  CK_CHECK_LAUNCH();
  return 0;
}
