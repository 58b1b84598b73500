// Inclusive prefix sums of 2²⁰ numbers by default: blocks scan their parts, one block scans the parts' sums, every block adds what came
// before it. Checks itself.
#include "bench.cuh"

constexpr int kThreads = 256;

// Scans the block's numbers; all threads must come. Doubles the distance at each step (Hillis and Steele).
__device__ int block_scan(int x) {
  __shared__ int part[kThreads];
  const int t = threadIdx.x;
  part[t] = x;
  __syncthreads();
  for (int step = 1; step < kThreads; step *= 2) {
    const int other = t >= step ? part[t - step] : 0;
    __syncthreads();  // wait: slower threads still read this step's numbers
    part[t] += other;
    __syncthreads();
  }
  const int result = part[t];
  __syncthreads();  // part is used again for the next call
  return result;
}

__global__ void scan_parts(int n, const int *in, int *out, int *sums) {
  const int at = blockIdx.x * kThreads + threadIdx.x;
  const int x = block_scan(at < n ? in[at] : 0);
  if (at < n) out[at] = x;
  if (threadIdx.x == kThreads - 1) sums[blockIdx.x] = x;
}

__global__ void scan_sums(int parts, int *sums) {  // one block, kThreads sums at a time
  int before = 0;
  __shared__ int last;
  for (int first = 0; first < parts; first += kThreads) {
    const int at = first + threadIdx.x;
    const int x = block_scan(at < parts ? sums[at] : 0) + before;
    if (at < parts) sums[at] = x;
    if (threadIdx.x == kThreads - 1) last = x;
    __syncthreads();
    before = last;
    __syncthreads();
  }
}

__global__ void add_before(int n, int *out, const int *sums) {
  const int at = blockIdx.x * kThreads + threadIdx.x;
  if (blockIdx.x > 0 && at < n) out[at] += sums[blockIdx.x - 1];
}

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 20), parts = (n + kThreads - 1) / kThreads;
  std::vector<int> in(n), want(n);
  for (int i = 0, sum = 0; i < n; ++i) in[i] = i % 11 - 4, want[i] = sum += in[i];
  Buffer<int> din(in), dout(n), dsums(parts);
  scan_parts<<<parts, kThreads>>>(n, din.data, dout.data, dsums.data);
  scan_sums<<<1, kThreads>>>(parts, dsums.data);
  add_before<<<parts, kThreads>>>(n, dout.data, dsums.data);
  ok(cudaGetLastError());
  return compare(dout.get(), want);
}
