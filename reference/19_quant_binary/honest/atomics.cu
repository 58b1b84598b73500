// Correct in another style: what threads find out together they add up with atomics, over outputs that a memset has cleared before. The
// product is split along K; the run-length code is made of stretches, one a thread, that are measured first and written then.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int SIZE = 192;

__device__ long long my_number() { return (long long)blockIdx.x * SIZE + threadIdx.x; }

__device__ signed char narrow(float v) {
  if (!(v == v)) return 0;
  const float r = nearbyintf(v);
  return r > 127.0f ? 127 : r < -128.0f ? -128 : (signed char)r;
}

__global__ void quantise(const float* x, signed char* q, long long n, float scale) {
  for (long long i = my_number(); i < n; i += (long long)gridDim.x * SIZE) q[i] = narrow(x[i] / scale);
}

__global__ void dequantise(const signed char* q, float* y, long long n, float scale) {
  for (long long i = my_number(); i < n; i += (long long)gridDim.x * SIZE) y[i] = __int2float_rn(q[i]) * scale;
}

// Bits of a float that isn't negative are ordered as the floats are: `fraction` holds a group's largest magnitude for a while.
__global__ void largest(const float* x, int* fraction, long long n, int group) {
  const long long i = my_number();
  if (i < n) atomicMax(&fraction[i / group], __float_as_int(fabsf(x[i])));
}

__global__ void fraction_of(int* fraction, long long groups) {
  const long long g = my_number();
  if (g >= groups) return;
  const float most = __int_as_float(fraction[g]);
  fraction[g] = most == 0.0f ? 0 : min(126, 6 - ilogbf(most));
}

__global__ void scale_by(const float* x, signed char* q, const int* fraction, long long n, int group) {
  const long long i = my_number();
  if (i < n) q[i] = narrow(ldexpf(x[i], fraction[i / group]));
}

__global__ void log2_codes(const float* x, unsigned char* code, long long n, int top) {
  const long long i = my_number();
  if (i >= n) return;
  const float m = fabsf(x[i]);
  int level = 0;
  if (isinf(m)) {
    level = 7;
  } else if (m > 0.0f) {  // not for NaN
    int e;
    const float fraction = frexpf(m, &e);
    level = max(0, min(7, e - (fraction < 0.75f) - (top - 7)));
  }
  code[i] = level | (level != 0 && x[i] < 0.0f) << 3;
}

__global__ void set_bits(const float* x, unsigned* bits, long long total, int K, int words) {
  const long long i = my_number();
  if (i < total && x[i] >= 0.0f) atomicOr(&bits[i / K * words + i % K / 32], 1u << i % K % 32);
}

// Word w of every row of A and B: blocks of the grid's y take every gridDim.y-th.
__global__ void add_words(const unsigned* A, const unsigned* B, int* C, long long total, int N, int K, int words) {
  const long long i = my_number();
  if (i >= total) return;
  int part = 0;
  for (int w = blockIdx.y; w < words; w += gridDim.y) {
    const int bits = min(32, K - 32 * w);
    const unsigned equal = ~(A[i / N * words + w] ^ B[i % N * words + w]) << (32 - bits);  // the tail falls out
    part += 2 * __popc(equal) - bits;
  }
  atomicAdd(&C[i], part);
}

__device__ int walk(const int* x, int begin, int end, int previous, int pair, int* code) {
  for (int i = begin; i < end; ++i) {
    if (x[i] == 0) continue;
    for (int zeros = i - previous - 1; zeros >= 0; zeros -= 32, ++pair) {
      if (!code) continue;  // only counted
      int* field = code + pair / 3 * 7 + pair % 3 * 2;
      field[0] = min(zeros, 31);
      field[1] = zeros > 31 ? 0 : x[i];
    }
    previous = i;
  }
  return pair;
}

__global__ void runs(const int* x, int* code, int* count, int n) {
  __shared__ int pairs[SIZE + 1];
  const int stretch = ck::ceil_div(n, SIZE), begin = min(n, int(threadIdx.x) * stretch), end = min(n, begin + stretch);
  int previous = begin - 1;
  while (previous >= 0 && x[previous] == 0) --previous;
  pairs[threadIdx.x + 1] = walk(x, begin, end, previous, 0, nullptr);
  if (threadIdx.x == 0) pairs[0] = 0;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int t = 0; t < SIZE; ++t) pairs[t + 1] += pairs[t];
    *count = ck::ceil_div(pairs[SIZE], 3);
    if (*count > 0) code[*count * 7 - 1] = 1;
  }
  __syncthreads();
  walk(x, begin, end, previous, pairs[threadIdx.x], code);
}

__global__ void logic(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* out, long long n) {
  const long long i = my_number();
  if (i < n) out[i] = (a[i] | b[i]) & ((a[i] & b[i]) | c[i]);
}

__global__ void logic_with(const unsigned* a, const unsigned* b, unsigned* out, long long n, bool one) {
  const long long i = my_number();
  if (i < n) out[i] = one ? a[i] | b[i] : a[i] & b[i];
}

unsigned grid(long long n) { return unsigned(ck::ceil_div(n, SIZE)); }
cudaStream_t on(void* stream) { return static_cast<cudaStream_t>(stream); }

}  // namespace

extern "C" int ck_quantise_int8(const float* x, signed char* q, long long n, float scale, void* stream) {
  quantise<<<32, SIZE, 0, on(stream)>>>(x, q, n, scale);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_dequantise(const signed char* q, float* y, long long n, float scale, void* stream) {
  dequantise<<<32, SIZE, 0, on(stream)>>>(q, y, n, scale);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, void* stream) {
  if (n == 0) return 0;
  const long long groups = ck::ceil_div(n, group);
  CK_CHECK(cudaMemsetAsync(fraction, 0, groups * sizeof(int), on(stream)));
  largest<<<grid(n), SIZE, 0, on(stream)>>>(x, fraction, n, group);
  CK_CHECK_LAUNCH();
  fraction_of<<<grid(groups), SIZE, 0, on(stream)>>>(fraction, groups);
  CK_CHECK_LAUNCH();
  scale_by<<<grid(n), SIZE, 0, on(stream)>>>(x, q, fraction, n, group);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_quantise_log2(const float* x, unsigned char* code, long long n, int top, void* stream) {
  if (n == 0) return 0;
  log2_codes<<<grid(n), SIZE, 0, on(stream)>>>(x, code, n, top);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_binarise(const float* x, unsigned* bits, int M, int K, void* stream) {
  const long long total = (long long)M * K;
  if (total == 0) return 0;
  const int words = ck::ceil_div(K, 32);
  CK_CHECK(cudaMemsetAsync(bits, 0, sizeof(unsigned) * M * words, on(stream)));
  set_bits<<<grid(total), SIZE, 0, on(stream)>>>(x, bits, total, K, words);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, void* stream) {
  const long long total = (long long)M * N;
  if (total == 0) return 0;
  CK_CHECK(cudaMemsetAsync(C, 0, total * sizeof(int), on(stream)));
  add_words<<<dim3(grid(total), 4), SIZE, 0, on(stream)>>>(A, B, C, total, N, K, ck::ceil_div(K, 32));
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_run_length(const int* x, int* code, int* count, int n, void* stream) {
  if (n > 0) CK_CHECK(cudaMemsetAsync(code, 0, size_t(ck::ceil_div(n, 3)) * 7 * sizeof(int), on(stream)));
  runs<<<1, SIZE, 0, on(stream)>>>(x, code, count, n);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_majority(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction,
                           unsigned* disjunction, long long n, void* stream) {
  if (n == 0) return 0;
  logic<<<grid(n), SIZE, 0, on(stream)>>>(a, b, c, majority, n);
  CK_CHECK_LAUNCH();
  logic_with<<<grid(n), SIZE, 0, on(stream)>>>(a, b, conjunction, n, false);
  CK_CHECK_LAUNCH();
  logic_with<<<grid(n), SIZE, 0, on(stream)>>>(a, b, disjunction, n, true);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_depthwise_cost(const int* layer, long long* cost, int layers) {
  for (int i = 0; i < 4 * layers; ++i) {
    const int* f = layer + i / 4 * 5;
    long long weights = 1LL * f[CK_KERNEL] * f[CK_KERNEL] * f[CK_IN_CHANNELS];
    if (i % 4 < 2) weights *= f[CK_OUT_CHANNELS];
    if (i % 4 >= 2) weights += 1LL * f[CK_IN_CHANNELS] * f[CK_OUT_CHANNELS];
    cost[i] = i % 2 ? weights * f[CK_HEIGHT] * f[CK_WIDTH] : weights;
  }
  return 0;
}

extern "C" int ck_data_reuse(const int* layer, long long* accesses, int layers) {
  for (int i = 0; i < layers * CK_DATAFLOWS; ++i) {
    const int* f = layer + i / CK_DATAFLOWS * 5;
    const int flow = i % CK_DATAFLOWS;
    const long long weights = 1LL * f[0] * f[0] * f[1] * f[2], outputs = 1LL * f[2] * f[3] * f[4], steps = weights * f[3] * f[4];
    const bool stays = flow == CK_OUTPUT_STATIONARY;
    accesses[4 * i] = flow == CK_WEIGHT_STATIONARY ? weights : steps;
    accesses[4 * i + 1] = steps;
    accesses[4 * i + 2] = stays ? 0 : steps - outputs;
    accesses[4 * i + 3] = stays ? outputs : steps;
  }
  return 0;
}
