// What ck/ promises, tried out on the device: prints each thing that is wrong; exit status 1 if there is one.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "ck/check.cuh"
#include "ck/math.cuh"
#include "ck/reduce.cuh"
#include "ck/vector.cuh"

static int wrong = 0;

#define EXPECT(condition)                                                          \
  do {                                                                             \
    if (!(condition)) std::printf("line %d: %s\n", __LINE__, #condition), ++wrong; \
  } while (0)

static void check(cudaError_t error) {
  if (error != cudaSuccess) std::printf("%s\n", cudaGetErrorName(error)), std::exit(3);
}

// A helper as students write it: it returns int, uses CK_CHECK itself, and CK_CHECK takes what it returns.
static int after(cudaError_t error) {
  CK_CHECK(error);
  CK_CHECK_LAUNCH();
  return 0;
}

static int after_both(cudaError_t error) {
  CK_CHECK(after(cudaSuccess));
  CK_CHECK(after(error));
  return -1;
}

// Two types of integers give the wider one, whichever comes first.
static_assert(std::is_same_v<decltype(ck::ceil_div(1LL, 256)), long long> && std::is_same_v<decltype(ck::round_up(1, 256LL)), long long>);
static_assert(ck::ceil_div(3LL << 32, 256) == 3LL << 24 && ck::round_up(33, 16LL) == 48 && ck::ceil_div<long long>(257, 256) == 2);
static_assert(ck::ceil_div(0, 4) == 0 && ck::ceil_div(2147483647, 2147483647u) == 1);

// Copies n numbers, four a thread, none of them beyond the end.
__global__ void copy(const float* from, float* to, int n, bool aligned) {
  const int i = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
  ck::store4(to + i, ck::load4(from + i, n - i, aligned), n - i, aligned);
}

// Each lane has its sum, its maximum, and of NaN in one lane.
__global__ void warps(float* sums, float* maxima, float* with_nan) {
  const int lane = threadIdx.x;
  sums[lane] = ck::warp_sum(float(lane));
  maxima[lane] = ck::warp_max(-1.0f - float((lane * 7) % 32));
  with_nan[lane] = ck::warp_max(lane == 13 ? __int_as_float(0x7fc00000) : 1.0f);
}

// Twice in a row, with other values: the second must not meet what the first left behind.
template <int THREADS>
__global__ void blocks(double* sums, int* largest) {
  const int t = threadIdx.x;
  const double first = ck::block_reduce<THREADS>(double(t + 1), 0.0, ck::Sum());
  const double second = ck::block_reduce<THREADS>(first, 0.0, ck::Sum());
  sums[blockIdx.x * THREADS + t] = second;
  largest[blockIdx.x * THREADS + t] = ck::block_reduce<THREADS>((t * 37) % THREADS - THREADS, -2 * THREADS, ck::Max());
}

template <int THREADS>
static void try_blocks() {
  const int count = 3 * THREADS;
  double* sums;
  int* largest;
  check(cudaMalloc(&sums, count * sizeof(double)));
  check(cudaMalloc(&largest, count * sizeof(int)));
  blocks<THREADS><<<3, THREADS>>>(sums, largest);
  std::vector<double> s(count);
  std::vector<int> l(count);
  check(cudaMemcpy(s.data(), sums, count * sizeof(double), cudaMemcpyDeviceToHost));
  check(cudaMemcpy(l.data(), largest, count * sizeof(int), cudaMemcpyDeviceToHost));
  bool right = true;
  for (int i = 0; i < count; ++i) right &= s[i] == THREADS * (THREADS * (THREADS + 1.0) / 2) && l[i] == -1;
  EXPECT(right);
  check(cudaFree(sums));
  check(cudaFree(largest));
}

int main() {
  EXPECT(ck::ceil_div(33, 16) == 3 && ck::ceil_div(0, 16) == 0 && ck::ceil_div(32, 16) == 2 && ck::ceil_div(2147483647, 2) == 1073741824);
  EXPECT(ck::round_up(33LL, 16LL) == 48 && ck::round_up(48LL, 16LL) == 48);

  float *from, *to;
  check(cudaMalloc(&from, 64 * sizeof(float)));
  check(cudaMalloc(&to, 64 * sizeof(float)));
  EXPECT(ck::aligned4(from) && !ck::aligned4(from + 1) && ck::aligned4(from, 8) && !ck::aligned4(from, 6));
  std::vector<float> values(64), got(64);
  for (int i = 0; i < 64; ++i) values[i] = float(i + 1);
  check(cudaMemcpy(from, values.data(), 64 * sizeof(float), cudaMemcpyHostToDevice));
  for (int shift = 0; shift < 4; ++shift) {
    for (int n = 0; n <= 17; ++n) {
      check(cudaMemset(to, 0, 64 * sizeof(float)));
      copy<<<2, 4>>>(from + shift, to + shift, n, ck::aligned4(from + shift));
      check(cudaGetLastError());
      check(cudaMemcpy(got.data(), to, 64 * sizeof(float), cudaMemcpyDeviceToHost));
      for (int i = 0; i < 64; ++i) EXPECT(got[i] == (i >= shift && i < shift + n ? values[i] : 0.0f));
    }
  }

  warps<<<1, 32>>>(to, from, from + 32);
  check(cudaMemcpy(got.data(), to, 32 * sizeof(float), cudaMemcpyDeviceToHost));
  check(cudaMemcpy(values.data(), from, 64 * sizeof(float), cudaMemcpyDeviceToHost));
  for (int lane = 0; lane < 32; ++lane) {
    EXPECT(got[lane] == 496.0f);
    EXPECT(values[lane] == -1.0f);
    EXPECT(values[32 + lane] != values[32 + lane]);
  }
  try_blocks<32>();
  try_blocks<96>();
  try_blocks<256>();
  try_blocks<1024>();
  check(cudaFree(from));
  check(cudaFree(to));
  return wrong ? 1 : 0;
}
