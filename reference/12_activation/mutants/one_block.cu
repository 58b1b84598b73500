// Wrong: one block takes all numbers, and the rest of the GPU looks on.
#include "ck/check.cuh"
#include "ck/math.cuh"
#include "ck/vector.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int PARTS = 16;  // at most: blocks that share a channel

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

// Each kind: f(x), and f'(x) as y = f(x) tells it. y > 0 where x > 0, and nowhere else in the last three.
struct Sigmoid {
  __device__ float operator()(float x) const { return 1.0f / (1.0f + expf(-x)); }  // e^-x may be infinite: 1 / infinity is 0
  __device__ float slope(float y) const { return y * (1.0f - y); }
};

struct Tanh {
  __device__ float operator()(float x) const { return tanhf(x); }
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
__global__ void __launch_bounds__(THREADS) forward(const float* x, float* y, long long n, F f, bool aligned) {
  for (long long i = 4 * threadIdx.x; i < n; i += 4 * THREADS) {
    const float4 v = ck::load4(x + i, n - i, aligned);
    ck::store4(y + i, make_float4(f(v.x), f(v.y), f(v.z), f(v.w)), n - i, aligned);
  }
}

template <class F>
__global__ void __launch_bounds__(THREADS) backward(const float* y, const float* dy, float* dx, long long n, F f, bool aligned) {
  const long long i = 4 * (blockIdx.x * (long long)THREADS + threadIdx.x);
  if (i >= n) return;
  const float4 v = ck::load4(y + i, n - i, aligned), d = ck::load4(dy + i, n - i, aligned);
  const float4 result = make_float4(d.x * f.slope(v.x), d.y * f.slope(v.y), d.z * f.slope(v.z), d.w * f.slope(v.w));
  ck::store4(dx + i, result, n - i, aligned);
}

// Block (c, part) takes every gridDim.y-th piece of channel c.
__global__ void __launch_bounds__(THREADS) prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, bool aligned) {
  const int c = blockIdx.x, pieces = ck::ceil_div(S, 4);  // of a plane
  const Leaky f{slope[c]};
  for (int k = blockIdx.y * THREADS + threadIdx.x; k < N * pieces; k += gridDim.y * THREADS) {
    const int s = 4 * (k % pieces);
    const size_t i = ((size_t)(k / pieces) * C + c) * S + s;
    const float4 v = ck::load4(x + i, S - s, aligned);
    ck::store4(y + i, make_float4(f(v.x), f(v.y), f(v.z), f(v.w)), S - s, aligned);
  }
}

__global__ void __launch_bounds__(THREADS)
    prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S, bool aligned) {
  const int c = blockIdx.x, pieces = ck::ceil_div(S, 4);
  const Leaky f{slope[c]};
  float sum = 0.0f;
  for (int k = blockIdx.y * THREADS + threadIdx.x; k < N * pieces; k += gridDim.y * THREADS) {
    const int s = 4 * (k % pieces);
    const size_t i = ((size_t)(k / pieces) * C + c) * S + s;
    const float4 v = ck::load4(x + i, S - s, aligned), d = ck::load4(dy + i, S - s, aligned);  // behind the plane: zeros, which add nothing
    ck::store4(dx + i, make_float4(d.x * f.slope(v.x), d.y * f.slope(v.y), d.z * f.slope(v.z), d.w * f.slope(v.w)), S - s, aligned);
    sum += fminf(v.x, 0.0f) * d.x + fminf(v.y, 0.0f) * d.y + fminf(v.z, 0.0f) * d.z + fminf(v.w, 0.0f) * d.w;
  }
  sum = block_sum<THREADS>(sum);
  if (threadIdx.x == 0) atomicAdd(&dslope[c], sum);  // other blocks have other parts of the channel
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

dim3 channel_grid(int N, int C, int S) {
  const long long blocks = ck::ceil_div((long long)N * S, 4LL * THREADS);
  return dim3(C, unsigned(blocks < PARTS ? blocks : PARTS));
}

}  // namespace

extern "C" int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream) {
  if (n == 0) return cudaSuccess;
  const bool aligned = ck::aligned4(x) && ck::aligned4(y);
  const int error = with(kind, alpha, [=](auto f) -> int {
    forward<<<1, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, y, n, f, aligned);
    CK_CHECK_LAUNCH();
    return cudaSuccess;
  });
  CK_CHECK(error);
  return cudaSuccess;
}

extern "C" int ck_activation_backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha,
                                      void* stream) {
  if (n == 0) return cudaSuccess;
  const bool aligned = ck::aligned4(y) && ck::aligned4(dy) && ck::aligned4(dx);
  const int error = with(kind, alpha, [=](auto f) -> int {
    backward<<<ck::ceil_div(n, 4LL * THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(y, dy, dx, n, f, aligned);
    CK_CHECK_LAUNCH();
    return cudaSuccess;
  });
  CK_CHECK(error);
  return cudaSuccess;
}

extern "C" int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream) {
  if (N == 0 || C == 0 || S == 0) return cudaSuccess;
  const bool aligned = ck::aligned4(x, S) && ck::aligned4(y, S);
  prelu_forward<<<channel_grid(N, C, S), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, y, N, C, S, aligned);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S,
                                 void* stream) {
  if (C == 0) return cudaSuccess;
  CK_CHECK(cudaMemsetAsync(dslope, 0, C * sizeof(float), static_cast<cudaStream_t>(stream)));
  if (N == 0 || S == 0) return cudaSuccess;
  const bool aligned = ck::aligned4(x, S) && ck::aligned4(dy, S) && ck::aligned4(dx, S);
  prelu_backward<<<channel_grid(N, C, S), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, slope, dy, dx, dslope, N, C, S, aligned);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
