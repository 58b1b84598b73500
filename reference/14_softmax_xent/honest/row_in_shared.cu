// A block for each row, which it keeps in shared memory if there is room: one read of x. Probabilities come from their logarithms.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;
constexpr int ROOM = 11 * 1024;  // logits that fit into the 48 KiB of a block, and a little more

// The values of all threads -> every thread.
template <class Combine>
__device__ float all_of_block(float value, float neutral, Combine combine) {
  __shared__ float of_warp[WARPS];
  for (int lanes = 16; lanes; lanes >>= 1) value = combine(value, __shfl_down_sync(~0u, value, lanes));
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = value;
  __syncthreads();
  value = neutral;
  for (int w = 0; w < WARPS; ++w) value = combine(value, of_warp[w]);
  __syncthreads();
  return value;
}

// The logits of a row, in shared memory or where they were, and the logarithm of the sum of exp(logit - largest).
struct Row {
  const float* x;
  float largest, log_sum;
  __device__ float log_probability(int c) const { return (x[c] - largest) - log_sum; }
};

__device__ Row load_row(const float* x, int C) {
  extern __shared__ float kept[];
  float largest = -INFINITY;
  for (int c = threadIdx.x; c < C; c += THREADS) {
    const float logit = x[c];
    if (C <= ROOM) kept[c] = logit;
    largest = fmaxf(largest, logit);
  }
  largest = all_of_block(largest, -INFINITY, [](float a, float b) { return fmaxf(a, b); });
  if (C <= ROOM) x = kept;
  float sum = 0.0f;
  for (int c = threadIdx.x; c < C; c += THREADS) sum += expf(x[c] - largest);
  return {x, largest, logf(all_of_block(sum, 0.0f, [](float a, float b) { return a + b; }))};
}

__global__ void softmax(const float* x, float* y, int C, int ldx, int ldy) {
  const Row row = load_row(x + blockIdx.x * (long long)ldx, C);
  for (int c = threadIdx.x; c < C; c += THREADS) y[blockIdx.x * (long long)ldy + c] = expf(row.log_probability(c));
}

__global__ void cross_entropy(const float* x, const int* labels, float* loss, float* dx, int C, int ldx, int lddx) {
  const Row row = load_row(x + blockIdx.x * (long long)ldx, C);
  const int label = labels[blockIdx.x];
  const float share = 1.0f / gridDim.x;
  for (int c = threadIdx.x; c < C; c += THREADS) {
    const float log_p = row.log_probability(c);
    dx[blockIdx.x * (long long)lddx + c] = c == label ? (expf(log_p) - 1) * share : expf(log_p) * share;
    if (c == label) atomicAdd(loss, -log_p * share);
  }
}

// A block for each channel.
__global__ void normalise(const float* x, const float* mean, const float* var, const float* gamma, const float* beta, float* y, int N,
                          long long plane, float eps) {
  const int c = blockIdx.x;
  const float scale = gamma[c] * rsqrtf(var[c] + eps);
  const float shift = beta[c] - mean[c] * scale;
  for (long long n = blockIdx.y; n < N; n += gridDim.y) {
    const long long first = (n * gridDim.x + c) * plane;
    for (long long i = threadIdx.x; i < plane; i += THREADS) y[first + i] = x[first + i] * scale + shift;
  }
}

size_t room_for(int C) { return C <= ROOM ? C * sizeof(float) : 0; }

}  // namespace

extern "C" int ck_softmax_forward(const float* x, float* y, int B, int C, int ldx, int ldy, void* stream) {
  if (B > 0 && C > 0) {
    softmax<<<B, THREADS, room_for(C), (cudaStream_t)stream>>>(x, y, C, ldx, ldy);
    CK_CHECK_LAUNCH();
  }
  return 0;
}

extern "C" int ck_softmax_xent(const float* x, const int* labels, float* loss, float* dx, int B, int C, int ldx, int lddx, void* stream) {
  CK_CHECK(cudaMemsetAsync(loss, 0, sizeof *loss, (cudaStream_t)stream));
  if (B > 0 && C > 0) {
    cross_entropy<<<B, THREADS, room_for(C), (cudaStream_t)stream>>>(x, labels, loss, dx, C, ldx, lddx);
    CK_CHECK_LAUNCH();
  }
  return 0;
}

extern "C" int ck_batchnorm_inference(const float* x, const float* mean, const float* var, const float* gamma, const float* beta, float* y,
                                      int N, int C, int H, int W, float eps, void* stream) {
  if (N > 0 && C > 0 && H > 0 && W > 0) {
    const dim3 grid(C, N < 65535 ? N : 65535);
    normalise<<<grid, THREADS, 0, (cudaStream_t)stream>>>(x, mean, var, gamma, beta, y, N, (long long)H * W, eps);
    CK_CHECK_LAUNCH();
  }
  return 0;
}
