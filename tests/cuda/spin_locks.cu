// Locks that threads spin on: all lanes of a warp want one lock; threads of many blocks want one; a ticket lock; one lock a bucket.
#include "check.cuh"

__device__ int mutex, serving, tickets;

__device__ void lock(int* m) {
  while (atomicCAS(m, 0, 1) != 0) {}
  __threadfence();
}
__device__ void unlock(int* m) {
  __threadfence();
  atomicExch(m, 0);
}

// The usual shape: who gets the lock works in the loop that the others spin in.
__global__ void one_lock(int* total, int rounds) {
  for (int r = 0; r < rounds; r++) {
    bool done = false;
    while (!done) {
      if (atomicCAS(&mutex, 0, 1) == 0) {
        __threadfence();
        *total += 1;
        __threadfence();
        atomicExch(&mutex, 0);
        done = true;
      }
    }
  }
}

// The naive shape, which hung on cards before Volta: the holder waits behind the loop for those that spin in it.
__global__ void naive_lock(int* total) {
  lock(&mutex);
  *total += 1;
  unlock(&mutex);
}

__global__ void ticket_lock(int* total) {
  const int mine = atomicAdd(&tickets, 1);
  while (*(volatile int*)&serving != mine) {}
  __threadfence();
  *total += 1;
  __threadfence();
  atomicAdd(&serving, 1);
}

// A hash table's buckets: one thread a block takes turns with those of other blocks.
__global__ void buckets(int* locks, int* counts, int n) {
  if (threadIdx.x == 0)
    for (int i = 0; i < n; i++) {
      const int b = (blockIdx.x * 7 + i * 5) % 13;
      lock(&locks[b]);
      counts[b] += 1;
      unlock(&locks[b]);
    }
}

int main() {
  int* total;
  CHECK(cudaMalloc(&total, sizeof(int)));
  int host = 0, wanted = 0;
  CHECK(cudaMemset(total, 0, sizeof(int)));

  one_lock<<<1, 32>>>(total, 3);
  wanted += 96;
  one_lock<<<6, 64>>>(total, 2);
  wanted += 6 * 64 * 2;
  naive_lock<<<1, 32>>>(total);
  naive_lock<<<5, 40>>>(total);
  wanted += 32 + 200;
  ticket_lock<<<4, 48>>>(total);
  wanted += 192;
  CHECK(cudaMemcpy(&host, total, sizeof(int), cudaMemcpyDeviceToHost));
  EXPECT(host == wanted);

  int *locks, *counts, sums[13], all = 0;
  CHECK(cudaMalloc(&locks, 13 * sizeof(int)));
  CHECK(cudaMalloc(&counts, 13 * sizeof(int)));
  CHECK(cudaMemset(locks, 0, 13 * sizeof(int)));
  CHECK(cudaMemset(counts, 0, 13 * sizeof(int)));
  buckets<<<24, 64>>>(locks, counts, 20);
  CHECK(cudaMemcpy(sums, counts, sizeof sums, cudaMemcpyDeviceToHost));
  for (int s : sums) all += s;
  EXPECT(all == 24 * 20);
  CHECK(cudaFree(total));
  CHECK(cudaFree(locks));
  CHECK(cudaFree(counts));
  return pass();
}
