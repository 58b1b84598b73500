// Correct in another style: a thread for each result, whatever it has to read for it. No shared memory, no vote, no shuffle; the run-length
// code is the work of one thread, as it would be on a processor.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int N_THREADS = 64;

#define INDEX (blockIdx.x * (long long)blockDim.x + threadIdx.x)
#define LAUNCH(kernel, count, ...)                                                                                      \
  do {                                                                                                                  \
    if ((count) == 0) return 0;                                                                                         \
    kernel<<<unsigned(ck::ceil_div((long long)(count), N_THREADS)), N_THREADS, 0, (cudaStream_t)stream>>>(__VA_ARGS__); \
    CK_CHECK_LAUNCH();                                                                                                  \
    return 0;                                                                                                           \
  } while (0)

__device__ int nearest(float v) {
  if (v >= 127.0f) return 127;
  if (v <= -128.0f) return -128;
  return __float2int_rn(v);  // NaN gives 0
}

__global__ void to_bytes(const float* x, signed char* q, long long n, float scale) {
  const long long i = INDEX;
  if (i < n) q[i] = (signed char)nearest(__fdiv_rn(x[i], scale));
}

__global__ void from_bytes(const signed char* q, float* y, long long n, float scale) {
  const long long i = INDEX;
  if (i < n) y[i] = (float)q[i] * scale;
}

__global__ void fixed(const float* x, signed char* q, int* fraction, long long n, int group) {
  const long long g = INDEX, begin = g * group, end = begin + group < n ? begin + group : n;
  if (begin >= n) return;
  float most = 0.0f;
  for (long long i = begin; i < end; ++i) most = fmaxf(most, fabsf(x[i]));
  int f = 0;
  if (most > 0.0f) {
    f = 126;
    while (scalbnf(most, f) >= 128.0f) --f;
  }
  fraction[g] = f;
  for (long long i = begin; i < end; ++i) q[i] = (signed char)nearest(scalbnf(x[i], f));
}

__global__ void powers(const float* x, unsigned char* code, long long n, int top) {
  const long long i = INDEX;
  if (i >= n) return;
  const float magnitude = fabsf(x[i]);
  int level = 7;
  while (level > 0 && !(magnitude >= scalbnf(0.75f, top - 7 + level))) --level;
  code[i] = level > 0 && x[i] < 0.0f ? level + 8 : level;
}

__global__ void signs(const float* x, unsigned* bits, long long total, int K, int words) {
  const long long i = INDEX;
  if (i >= total) return;
  const int first = int(i % words) * 32;
  unsigned word = 0;
  for (int b = 0; b < 32 && first + b < K; ++b) word |= unsigned(x[i / words * K + first + b] >= 0.0f) << b;
  bits[i] = word;
}

__global__ void dots(const unsigned* A, const unsigned* B, int* C, long long total, int N, int K, int words) {
  const long long i = INDEX;
  if (i >= total) return;
  int sum = 0;
  for (int w = 0; w < words; ++w) {
    const int length = K - 32 * w < 32 ? K - 32 * w : 32;
    sum += length - 2 * __popc(A[i / N * words + w] ^ B[i % N * words + w]);
  }
  C[i] = sum;
}

__global__ void runs(const int* x, int* code, int* count, int n) {
  if (INDEX > 0) return;
  int run = 0, pair = 0;
  for (int i = 0; i < n; ++i) {
    if (x[i] == 0) {
      ++run;
      continue;
    }
    do {
      if (pair % 3 == 0) code[pair / 3 * 7 + 6] = 0;
      code[pair / 3 * 7 + pair % 3 * 2] = run > 31 ? 31 : run;
      code[pair / 3 * 7 + pair % 3 * 2 + 1] = run > 31 ? 0 : x[i];
      ++pair;
      run -= 32;
    } while (run >= 0);
    run = 0;
  }
  *count = (pair + 2) / 3;
  if (pair > 0) code[(pair - 1) / 3 * 7 + 6] = 1;
  for (; pair < (n + 2) / 3 * 3; ++pair) {
    if (pair % 3 == 0) code[pair / 3 * 7 + 6] = 0;
    code[pair / 3 * 7 + pair % 3 * 2] = code[pair / 3 * 7 + pair % 3 * 2 + 1] = 0;
  }
}

__global__ void votes(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* m, unsigned* both, unsigned* either, long long n) {
  const long long i = INDEX;
  if (i >= n) return;
  m[i] = (a[i] & (b[i] | c[i])) | (b[i] & c[i]);
  both[i] = a[i] & b[i];
  either[i] = a[i] | b[i];
}

extern "C" int ck_quantise_int8(const float* x, signed char* q, long long n, float scale, void* stream) {
  LAUNCH(to_bytes, n, x, q, n, scale);
}
extern "C" int ck_dequantise(const signed char* q, float* y, long long n, float scale, void* stream) {
  LAUNCH(from_bytes, n, q, y, n, scale);
}
extern "C" int ck_dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, void* stream) {
  LAUNCH(fixed, ck::ceil_div(n, group), x, q, fraction, n, group);
}
extern "C" int ck_quantise_log2(const float* x, unsigned char* code, long long n, int top, void* stream) {
  LAUNCH(powers, n, x, code, n, top);
}
extern "C" int ck_binarise(const float* x, unsigned* bits, int M, int K, void* stream) {
  const int words = ck::ceil_div(K, 32);
  LAUNCH(signs, (long long)M * words, x, bits, (long long)M * words, K, words);
}
extern "C" int ck_xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, void* stream) {
  LAUNCH(dots, (long long)M * N, A, B, C, (long long)M * N, N, K, ck::ceil_div(K, 32));
}
extern "C" int ck_run_length(const int* x, int* code, int* count, int n, void* stream) { LAUNCH(runs, 1, x, code, count, n); }
extern "C" int ck_majority(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction,
                           unsigned* disjunction, long long n, void* stream) {
  LAUNCH(votes, n, a, b, c, majority, conjunction, disjunction, n);
}

extern "C" int ck_depthwise_cost(const int* layer, long long* cost, int layers) {
  for (long long l = 0; l < layers; ++l) {
    const int* f = layer + l * CK_LAYER_FIELDS;
    const long long area = (long long)f[CK_HEIGHT] * f[CK_WIDTH], depthwise = (long long)f[CK_KERNEL] * f[CK_KERNEL] * f[CK_IN_CHANNELS];
    const long long weights[2] = {depthwise * f[CK_OUT_CHANNELS], depthwise + (long long)f[CK_IN_CHANNELS] * f[CK_OUT_CHANNELS]};
    for (int form = 0; form < 2; ++form) {
      *cost++ = weights[form];
      *cost++ = weights[form] * area;
    }
  }
  return 0;
}

extern "C" int ck_data_reuse(const int* layer, long long* accesses, int layers) {
  for (long long l = 0; l < layers; ++l, layer += CK_LAYER_FIELDS) {
    const long long area = (long long)layer[CK_HEIGHT] * layer[CK_WIDTH], outputs = area * layer[CK_OUT_CHANNELS];
    const long long terms = (long long)layer[CK_KERNEL] * layer[CK_KERNEL] * layer[CK_IN_CHANNELS];  // of an output
    const long long rows[12] = {outputs * terms,
                                outputs * terms,
                                outputs * (terms - 1),
                                outputs * terms,
                                outputs / area * terms,
                                outputs * terms,
                                outputs * (terms - 1),
                                outputs * terms,
                                outputs * terms,
                                outputs * terms,
                                0,
                                outputs};
    for (long long number : rows) *accesses++ = number;
  }
  return 0;
}
