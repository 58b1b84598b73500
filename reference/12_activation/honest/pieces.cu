// Correct in another style: the kind is a template argument, the numbers up to the first address that 16 divides and those behind the last
// float4 are done one by one, and what lies between as float4, if all arrays allow it. PReLU has a warp for each plane.
#include "ck/check.cuh"

namespace {

// A warp's 32 values -> their sum, on every lane. Five shuffles, no shared memory.
__device__ float warp_sum(float value) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(0xffffffff, value, distance);
  return value;
}

template <int KIND>
__device__ float f(float x, float a) {
  if constexpr (KIND == CK_SIGMOID) return x < 0 ? expf(x) / (1 + expf(x)) : 1 / (1 + expf(-x));
  if constexpr (KIND == CK_TANH) return tanhf(x);
  if constexpr (KIND == CK_RELU) return isnan(x) ? x : fmaxf(x, 0);
  if constexpr (KIND == CK_LEAKY_RELU) return x > 0 ? x : a * x;
  return x > 0 ? x : a * expm1f(x);
}

template <int KIND>
__device__ float df(float x, float y, float a) {
  if constexpr (KIND == CK_SIGMOID) return y - y * y;
  if constexpr (KIND == CK_TANH) return fmaf(-y, y, 1);
  if constexpr (KIND == CK_RELU) return x > 0;
  if constexpr (KIND == CK_LEAKY_RELU) return x > 0 ? 1 : a;
  return x > 0 ? 1 : y + a;
}

__device__ long long before(const float* p, const float* q, const float* r, long long n) {
  const unsigned long long a = (unsigned long long)p / 4 % 4;
  if (a != (unsigned long long)q / 4 % 4 || a != (unsigned long long)r / 4 % 4) return n;  // no float4 fits all of them
  return min((4 - a) % 4, (unsigned long long)n);
}

template <int KIND>
__global__ void forward(const float* x, float* y, long long n, float a) {
  const long long t = blockIdx.x * (long long)blockDim.x + threadIdx.x, threads = (long long)gridDim.x * blockDim.x;
  const long long head = before(x, y, y, n), quads = (n - head) / 4;
  for (long long i = t; i < head; i += threads) y[i] = f<KIND>(x[i], a);
  for (long long k = t; k < quads; k += threads) {
    const float4 v = reinterpret_cast<const float4*>(x + head)[k];
    reinterpret_cast<float4*>(y + head)[k] = make_float4(f<KIND>(v.x, a), f<KIND>(v.y, a), f<KIND>(v.z, a), f<KIND>(v.w, a));
  }
  for (long long i = head + 4 * quads + t; i < n; i += threads) y[i] = f<KIND>(x[i], a);
}

template <int KIND>
__global__ void backward(const float* x, const float* y, const float* dy, float* dx, long long n, float a) {
  const long long t = blockIdx.x * (long long)blockDim.x + threadIdx.x, threads = (long long)gridDim.x * blockDim.x;
  for (long long i = t; i < n; i += threads) dx[i] = dy[i] * df<KIND>(x[i], y[i], a);
}

__global__ void prelu(const float* x, const float* slope, float* y, int planes, int C, int S) {
  const int plane = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (plane >= planes) return;  // the whole warp
  const float a = slope[plane % C];
  for (size_t i = (size_t)plane * S + threadIdx.x % 32; i < (size_t)(plane + 1) * S; i += 32) y[i] = f<CK_LEAKY_RELU>(x[i], a);
}

__global__ void prelu_back(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int planes, int C, int S) {
  const int plane = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (plane >= planes) return;
  const float a = slope[plane % C];
  float sum = 0;
  for (size_t i = (size_t)plane * S + threadIdx.x % 32; i < (size_t)(plane + 1) * S; i += 32) {
    const float v = x[i], d = dy[i];
    dx[i] = d * df<CK_LEAKY_RELU>(v, 0, a);
    sum += v > 0 ? 0 : v * d;
  }
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) atomicAdd(dslope + plane % C, sum);
}

unsigned blocks(long long n) { return unsigned(n < 256 * 400 ? (n + 255) / 256 : 400); }

}  // namespace

#define KINDS(kernel, ...)                                                                  \
  const auto on = static_cast<cudaStream_t>(stream);                                        \
  if (kind < 0 || kind > 4) return cudaErrorInvalidValue;                                   \
  if (n == 0) return cudaSuccess;                                                           \
  if (kind == CK_SIGMOID) kernel<CK_SIGMOID><<<blocks(n), 256, 0, on>>>(__VA_ARGS__);       \
  if (kind == CK_TANH) kernel<CK_TANH><<<blocks(n), 256, 0, on>>>(__VA_ARGS__);             \
  if (kind == CK_RELU) kernel<CK_RELU><<<blocks(n), 256, 0, on>>>(__VA_ARGS__);             \
  if (kind == CK_LEAKY_RELU) kernel<CK_LEAKY_RELU><<<blocks(n), 256, 0, on>>>(__VA_ARGS__); \
  if (kind == CK_ELU) kernel<CK_ELU><<<blocks(n), 256, 0, on>>>(__VA_ARGS__);               \
  CK_CHECK_LAUNCH();                                                                        \
  return cudaSuccess;

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  KINDS(forward, x, y, n, alpha)
}

extern "C" int ck_activation_backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  KINDS(backward, x, y, dy, dx, n, alpha)
}

extern "C" int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream) {
  if (N * C == 0) return cudaSuccess;
  prelu<<<(N * C + 3) / 4, 128, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, y, N * C, C, S);
  return cudaGetLastError();
}

extern "C" int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S,
                                 void* stream) {
  if (C == 0) return cudaSuccess;
  CK_CHECK(cudaMemsetAsync(dslope, 0, C * sizeof(float), static_cast<cudaStream_t>(stream)));
  if (N == 0) return cudaSuccess;
  prelu_back<<<(N * C + 3) / 4, 128, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, dy, dx, dslope, N * C, C, S);
  return cudaGetLastError();
}
