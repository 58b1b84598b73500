// Eight lanes share a row, so that rows of few classes leave no warp idle; sums in double precision; the loss by a second launch, which
// reads back what the gradient already tells: at the label it is (p - 1) / B, but p may have rounded away, so each row's loss is redone.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int LANES = 8;
constexpr int THREADS = 64;

struct Group {
  int first, lane;  // row, and place in it
  unsigned mask;    // the lanes of this row within the warp
  __device__ Group()
      : first((blockIdx.x * THREADS + threadIdx.x) / LANES),
        lane(threadIdx.x % LANES),
        mask(((1u << LANES) - 1) << (threadIdx.x % 32 / LANES * LANES)) {}
};

__device__ float largest_of(const Group& g, const float* x, int C) {
  float largest = -INFINITY;
  for (int c = g.lane; c < C; c += LANES) largest = fmaxf(largest, x[c]);
  for (int lanes = LANES / 2; lanes > 0; lanes /= 2) largest = fmaxf(largest, __shfl_xor_sync(g.mask, largest, lanes));
  return largest;
}

__device__ double sum_of(const Group& g, const float* x, int C, float largest) {
  double sum = 0;
  for (int c = g.lane; c < C; c += LANES) sum += expf(x[c] - largest);
  for (int lanes = LANES / 2; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(g.mask, sum, lanes);
  return sum;
}

__global__ void probabilities(const float* x, const int* labels, float* out, int B, int C, size_t ldx, size_t ldout) {
  const Group g;
  if (g.first >= B) return;  // all lanes of the row
  x += g.first * ldx;
  out += g.first * ldout;
  const float largest = largest_of(g, x, C);
  const float sum = float(sum_of(g, x, C, largest));
  for (int c = g.lane; c < C; c += LANES) {
    float p = expf(x[c] - largest) / sum;
    if (labels != nullptr) p = (p - (labels[g.first] == c)) / B;
    out[c] = p;
  }
}

// One block adds up all rows' losses.
__global__ void mean_loss(const float* x, const int* labels, float* loss, int B, int C, size_t ldx) {
  __shared__ double of_group[THREADS / LANES];
  const Group g;
  double lost = 0;
  for (int b = g.first; b < B; b += THREADS / LANES) {
    const float largest = largest_of(g, x + b * ldx, C);
    lost += log(sum_of(g, x + b * ldx, C, largest)) + (double(largest) - x[b * ldx + labels[b]]);
  }
  if (g.lane == 0) of_group[g.first] = lost;
  __syncthreads();
  if (threadIdx.x == 0) {
    double total = 0;
    for (double each : of_group) total += each;
    *loss = B > 0 ? float(total / B) : 0.0f;
  }
}

__global__ void normalise(const float* x, const float* mean, const float* var, const float* gamma, const float* beta, float* y, int C,
                          size_t plane, float eps) {
  const size_t first = (blockIdx.y * size_t(C) + blockIdx.x) * plane;
  const float deviation = sqrtf(var[blockIdx.x] + eps), m = mean[blockIdx.x], g = gamma[blockIdx.x], b = beta[blockIdx.x];
  for (size_t i = threadIdx.x; i < plane; i += blockDim.x) y[first + i] = g * ((x[first + i] - m) / deviation) + b;
}

int launch_rows(const float* x, const int* labels, float* out, int B, int C, int ldx, int ldout, cudaStream_t stream) {
  if (B == 0 || C == 0) return 0;
  probabilities<<<ck::ceil_div(B, THREADS / LANES), THREADS, 0, stream>>>(x, labels, out, B, C, ldx, ldout);
  CK_CHECK_LAUNCH();
  return 0;
}

}  // namespace

extern "C" int ck_softmax_forward(const float* x, float* y, int B, int C, int ldx, int ldy, void* stream) {
  return launch_rows(x, nullptr, y, B, C, ldx, ldy, static_cast<cudaStream_t>(stream));
}

extern "C" int ck_softmax_xent(const float* x, const int* labels, float* loss, float* dx, int B, int C, int ldx, int lddx, void* stream) {
  CK_CHECK(launch_rows(x, labels, dx, B, C, ldx, lddx, static_cast<cudaStream_t>(stream)));
  mean_loss<<<1, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, labels, loss, B, C, ldx);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_batchnorm_inference(const float* x, const float* mean, const float* var, const float* gamma, const float* beta, float* y,
                                      int N, int C, int H, int W, float eps, void* stream) {
  if (N == 0 || C == 0 || H == 0 || W == 0) return 0;
  for (int n = 0; n < N; n += 65535) {  // as many images as a grid is high
    const size_t plane = size_t(H) * W, skipped = n * C * plane;
    const dim3 grid(C, N - n < 65535 ? N - n : 65535);
    normalise<<<grid, 128, 0, static_cast<cudaStream_t>(stream)>>>(x + skipped, mean, var, gamma, beta, y + skipped, C, plane, eps);
    CK_CHECK_LAUNCH();
  }
  return 0;
}
