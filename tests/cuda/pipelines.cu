// Asynchronous copies by hand: __pipeline_memcpy_async, cuda::memcpy_async with a barrier and with a pipeline.
#include <cuda_pipeline.h>
#include <cuda/barrier>
#include <cuda/pipeline>

#include "check.cuh"

constexpr int kThreads = 64, kTiles = 5;

__global__ void primitives(const float4* in, float* out) {
  __shared__ float4 stage[2][kThreads];
  __pipeline_memcpy_async(&stage[0][threadIdx.x], in + threadIdx.x, sizeof(float4));
  __pipeline_commit();
  float sum = 0;
  for (int k = 0; k < kTiles; k++) {
    if (k + 1 < kTiles) __pipeline_memcpy_async(&stage[(k + 1) % 2][threadIdx.x], in + (k + 1) * kThreads + threadIdx.x, sizeof(float4));
    __pipeline_commit();
    __pipeline_wait_prior(1);
    __syncthreads();
    const float4 v = stage[k % 2][threadIdx.x ^ 33];
    sum += v.x + v.y + v.z + v.w;
    __syncthreads();
  }
  out[threadIdx.x] = sum;
}

__global__ void with_barrier(const int* in, int* out) {
  __shared__ int stage[kThreads];
#pragma nv_diag_suppress static_var_with_dynamic_init
  __shared__ cuda::barrier<cuda::thread_scope_block> barrier;
  if (threadIdx.x == 0) init(&barrier, blockDim.x);
  __syncthreads();
  int sum = 0;
  for (int k = 0; k < kTiles; k++) {
    cuda::memcpy_async(&stage[threadIdx.x], in + k * kThreads + threadIdx.x, sizeof(int), barrier);
    barrier.arrive_and_wait();
    sum += stage[threadIdx.x ^ 33];
    barrier.arrive_and_wait();
  }
  out[threadIdx.x] = sum;
}

__global__ void with_pipeline(const int* in, int* out) {
  __shared__ alignas(16) int stage[2][4 * kThreads];
  auto pipe = cuda::make_pipeline();
  const auto load = [&](int k) {
    pipe.producer_acquire();
    cuda::memcpy_async(&stage[k % 2][4 * threadIdx.x], in + 4 * (k * kThreads + threadIdx.x), cuda::aligned_size_t<16>(16), pipe);
    pipe.producer_commit();
  };
  load(0);
  int sum = 0;
  for (int k = 0; k < kTiles; k++) {
    if (k + 1 < kTiles) load(k + 1);
    if (k + 1 < kTiles) cuda::pipeline_consumer_wait_prior<1>(pipe);
    else cuda::pipeline_consumer_wait_prior<0>(pipe);
    for (int j = 0; j < 4; j++) sum += stage[k % 2][4 * threadIdx.x + j];
    pipe.consumer_release();
  }
  out[threadIdx.x] = sum;
}

// One warp fills, the other uses: a barrier for "full" and one for "empty".
__global__ void producer_consumer(const int* in, int* out, int n) {
  __shared__ int stage[32];
  __shared__ cuda::barrier<cuda::thread_scope_block> full, empty;
  if (threadIdx.x == 0) {
    init(&full, 64);
    init(&empty, 64);
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    for (int k = 0; k < n; k++) {
      empty.arrive_and_wait();
      stage[threadIdx.x] = in[32 * k + threadIdx.x];
      (void)full.arrive();
    }
  } else {
    int sum = 0;
    (void)empty.arrive();
    for (int k = 0; k < n; k++) {
      full.arrive_and_wait();
      sum += stage[(threadIdx.x + 5) % 32];
      if (k + 1 < n) (void)empty.arrive();
    }
    out[threadIdx.x - 32] = sum;
  }
}

int main() {
  constexpr int n = 4 * kThreads * kTiles;
  int *in, *out;
  float *fin, *fout;
  CHECK(cudaMallocManaged(&in, n * sizeof *in));
  CHECK(cudaMallocManaged(&out, kThreads * sizeof *out));
  CHECK(cudaMallocManaged(&fin, n * sizeof *fin));
  CHECK(cudaMallocManaged(&fout, kThreads * sizeof *fout));
  for (int i = 0; i < n; i++) fin[i] = float(in[i] = i * 37 % 101);

  primitives<<<1, kThreads>>>(reinterpret_cast<float4*>(fin), fout);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < kThreads; i++) {
    float sum = 0;
    for (int k = 0; k < kTiles; k++)
      for (int j = 0; j < 4; j++) sum += fin[4 * (k * kThreads + (i ^ 33)) + j];
    EXPECT(fout[i] == sum);
  }
  with_barrier<<<1, kThreads>>>(in, out);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < kThreads; i++) {
    int sum = 0;
    for (int k = 0; k < kTiles; k++) sum += in[k * kThreads + (i ^ 33)];
    EXPECT(out[i] == sum);
  }
  with_pipeline<<<1, kThreads>>>(in, out);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < kThreads; i++) {
    int sum = 0;
    for (int k = 0; k < kTiles; k++)
      for (int j = 0; j < 4; j++) sum += in[4 * (k * kThreads + i) + j];
    EXPECT(out[i] == sum);
  }
  producer_consumer<<<1, 64>>>(in, out, kTiles);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < 32; i++) {
    int sum = 0;
    for (int k = 0; k < kTiles; k++) sum += in[32 * k + (i + 5) % 32];
    EXPECT(out[i] == sum);
  }
  CHECK(cudaFree(in));
  CHECK(cudaFree(out));
  CHECK(cudaFree(fin));
  CHECK(cudaFree(fout));
  return pass();
}
