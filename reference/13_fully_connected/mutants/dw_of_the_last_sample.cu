// Wrong: dW and dbias aren't summed: each sample overwrites the one before.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;

__device__ size_t this_thread() { return blockIdx.x * size_t(THREADS) + threadIdx.x; }

__global__ void forward(const float* x, const float* W, const float* bias, float* y, size_t count, int I, int O) {
  if (this_thread() >= count) return;
  const size_t n = this_thread() / O, o = this_thread() % O;
  float sum = bias[o];
  for (int i = 0; i < I; ++i) sum += x[n * I + i] * W[o * I + i];
  y[n * O + o] = sum;
}

__global__ void by_inputs(const float* W, const float* dy, float* dx, size_t count, int I, int O) {
  if (this_thread() >= count) return;
  const size_t n = this_thread() / I, i = this_thread() % I;
  float sum = 0.0f;
  for (size_t o = 0; o < O; ++o) sum += dy[n * O + o] * W[o * I + i];
  dx[n * I + i] = sum;
}

// A bias is the weight of an input that is always 1: column I of dW, so to speak, is dbias.
__global__ void by_weights(const float* x, const float* dy, float* dW, float* dbias, size_t count, int B, int I, int O) {
  if (this_thread() >= count) return;
  const size_t o = this_thread() / (I + 1), i = this_thread() % (I + 1);
  float sum = 0.0f;
  for (size_t n = 0; n < B; ++n) sum = dy[n * O + o] * (i < I ? x[n * I + i] : 1.0f);
  if (i < I) {
    dW[o * I + i] = sum;
  } else {
    dbias[o] = sum;
  }
}

unsigned blocks_for(size_t count) { return ck::ceil_div(count, size_t(THREADS)); }

}  // namespace

extern "C" int ck_fc_forward(const float* x, const float* W, const float* bias, float* y, int B, int I, int O, void* stream) {
  const size_t count = size_t(B) * O;
  if (count == 0) return cudaSuccess;  // an empty grid can't be launched
  forward<<<blocks_for(count), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, W, bias, y, count, I, O);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_fc_backward(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int B, int I, int O,
                              void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  const size_t inputs = size_t(B) * I, weights = size_t(O) * (I + size_t(1));
  if (inputs > 0) {
    by_inputs<<<blocks_for(inputs), THREADS, 0, on>>>(W, dy, dx, inputs, I, O);
    CK_CHECK_LAUNCH();
  }
  if (weights > 0) {
    by_weights<<<blocks_for(weights), THREADS, 0, on>>>(x, dy, dW, dbias, weights, B, I, O);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}
