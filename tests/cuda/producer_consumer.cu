// Blocks that wait for other blocks: a chain in the order of the blocks, one against it, and a ring buffer between two blocks.
#include "check.cuh"

// Each block adds to what the one before (or behind) it left, flags it, and goes.
__global__ void chain(int* values, int* flags, bool backwards) {
  const int me = blockIdx.x, last = gridDim.x - 1;
  const int from = backwards ? me + 1 : me - 1;
  __shared__ int sum;
  if (threadIdx.x == 0) {
    sum = 0;
    if (from >= 0 && from <= last) {
      while (atomicAdd(&flags[from], 0) == 0) {}
      sum = values[from * 32];
    }
  }
  __syncthreads();
  values[me * 32 + threadIdx.x] = sum + me + 1;
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicExch(&flags[me], 1);
  }
}

constexpr int kRing = 8;

// Block 0 fills a ring that block 1 empties; both look at the other's counter.
__global__ void ring(int n, float* slots, volatile int* written, volatile int* taken, float* sum) {
  if (blockIdx.x == 0) {
    for (int i = 0; i < n; i++) {
      if (threadIdx.x == 0)
        while (i - *taken >= kRing) {}
      __syncthreads();
      slots[i % kRing * blockDim.x + threadIdx.x] = float(i + threadIdx.x);
      __threadfence();
      __syncthreads();
      if (threadIdx.x == 0) *written = i + 1;
    }
  } else {
    float mine = 0;
    for (int i = 0; i < n; i++) {
      if (threadIdx.x == 0)
        while (*written <= i) __nanosleep(100);
      __syncthreads();
      mine += slots[i % kRing * blockDim.x + threadIdx.x];
      __threadfence();
      __syncthreads();
      if (threadIdx.x == 0) *taken = i + 1;
    }
    sum[threadIdx.x] = mine;
  }
}

int main() {
  constexpr int kBlocks = 100;
  int *values, *flags, host[kBlocks * 32];
  CHECK(cudaMalloc(&values, sizeof host));
  CHECK(cudaMalloc(&flags, kBlocks * sizeof(int)));
  for (bool backwards : {false, true}) {
    CHECK(cudaMemset(flags, 0, kBlocks * sizeof(int)));
    chain<<<kBlocks, 32>>>(values, flags, backwards);
    CHECK(cudaMemcpy(host, values, sizeof host, cudaMemcpyDeviceToHost));
    EXPECT(host[backwards ? 0 : (kBlocks - 1) * 32] == kBlocks * (kBlocks + 1) / 2);
    EXPECT(host[(backwards ? kBlocks - 1 : 0) * 32] == (backwards ? kBlocks : 1));
  }
  float *slots, *sum, sums[64];
  int* counters;
  CHECK(cudaMalloc(&slots, kRing * 64 * sizeof(float)));
  CHECK(cudaMalloc(&sum, 64 * sizeof(float)));
  CHECK(cudaMalloc(&counters, 2 * sizeof(int)));
  CHECK(cudaMemset(counters, 0, 2 * sizeof(int)));
  ring<<<2, 64>>>(50, slots, counters, counters + 1, sum);
  CHECK(cudaMemcpy(sums, sum, sizeof sums, cudaMemcpyDeviceToHost));
  for (int t = 0; t < 64; t++) EXPECT(sums[t] == 50 * 49 / 2 + 50 * t);
  CHECK(cudaFree(values));
  CHECK(cudaFree(flags));
  CHECK(cudaFree(slots));
  CHECK(cudaFree(sum));
  CHECK(cudaFree(counters));
  return pass();
}
