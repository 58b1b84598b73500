// cuda::atomic and cuda::atomic_ref of libcu++: every order and scope, in global and shared memory, with a lock, a ticket and a
// compare-exchange loop built on them.
#include <cuda/atomic>

#include "check.cuh"

constexpr int kBlocks = 8, kThreads = 96, kAll = kBlocks * kThreads;

struct Counters {
  cuda::atomic<int, cuda::thread_scope_device> plain;
  cuda::atomic<unsigned long long, cuda::thread_scope_system> wide;
  cuda::atomic<float, cuda::thread_scope_device> floating;
  cuda::atomic<unsigned, cuda::thread_scope_device> bits;
  cuda::atomic<int, cuda::thread_scope_device> most, least;
  cuda::atomic<short, cuda::thread_scope_device> small;
  cuda::atomic<int, cuda::thread_scope_device> lock;
  int guarded;
  double sum;
};

__global__ void start(Counters* c) {
  new (c) Counters{};
  c->least.store(1 << 30, cuda::memory_order_relaxed);
  c->bits.store(~0u);
}

__global__ void count(Counters* c, int* words) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  c->plain.fetch_add(1, cuda::memory_order_relaxed);
  c->wide.fetch_add(1ull << 32, cuda::memory_order_acq_rel);
  c->floating.fetch_add(0.5f);
  c->bits.fetch_and(~(1u << i % 32));
  c->most.fetch_max(i);
  c->least.fetch_min(i);
  c->small.fetch_add(1);
  cuda::atomic_ref<double, cuda::thread_scope_device> sum(c->sum);
  sum.fetch_add(i);
  cuda::atomic_ref<int, cuda::thread_scope_device> word(words[i % 7]);
  int seen = word.load(cuda::memory_order_acquire);
  while (!word.compare_exchange_weak(seen, seen + i, cuda::memory_order_release, cuda::memory_order_relaxed)) {}

  __shared__ cuda::atomic<int, cuda::thread_scope_block> ticket;
  __shared__ int taken[kThreads];
  if (threadIdx.x == 0) ticket.store(0);
  taken[threadIdx.x] = 0;
  __syncthreads();
  taken[ticket.fetch_add(1, cuda::memory_order_relaxed)] = 1;
  __syncthreads();
  if (!taken[threadIdx.x]) c->plain.fetch_add(1000000);

  if (threadIdx.x == 0) {
    while (c->lock.exchange(1, cuda::memory_order_acquire)) {}
    c->guarded += 1;
    c->lock.store(0, cuda::memory_order_release);
  }
}

// A value handed from one thread to another of a block by a flag.
__global__ void hand_over(int* out) {
  __shared__ int value;
  __shared__ cuda::atomic<int, cuda::thread_scope_block> ready;
  if (threadIdx.x == 0) ready.store(0, cuda::memory_order_relaxed);
  __syncthreads();
  if (threadIdx.x == 32) {
    value = 42;
    ready.store(1, cuda::memory_order_release);
  }
  if (threadIdx.x == 0) {
    while (ready.load(cuda::memory_order_acquire) == 0) {}
    *out = value;
  }
}

int main() {
  Counters* c;
  int *words, *out;
  CHECK(cudaMallocManaged(&c, sizeof *c));
  CHECK(cudaMallocManaged(&words, 7 * sizeof *words));
  CHECK(cudaMallocManaged(&out, sizeof *out));
  CHECK(cudaMemset(words, 0, 7 * sizeof *words));
  start<<<1, 1>>>(c);
  count<<<kBlocks, kThreads>>>(c, words);
  hand_over<<<1, 64>>>(out);
  CHECK(cudaDeviceSynchronize());
  EXPECT(c->plain.load() == kAll && c->wide.load() == (unsigned long long)kAll << 32);
  EXPECT(c->floating.load() == kAll / 2 && c->bits.load() == 0);
  EXPECT(c->most.load() == kAll - 1 && c->least.load() == 0 && c->small.load() == kAll);
  EXPECT(c->guarded == kBlocks && c->sum == kAll * (kAll - 1) / 2.0);
  int total = 0;
  for (int k = 0; k < 7; k++) total += words[k];
  EXPECT(total == kAll * (kAll - 1) / 2);
  EXPECT(*out == 42);
  CHECK(cudaFree(c));
  CHECK(cudaFree(words));
  CHECK(cudaFree(out));
  return pass();
}
