// Wrong: moves four numbers at once wherever they lie.
#include <cstdint>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int BLOCK = 128;

template <typename T>
__device__ bool fits(const T* p, size_t bytes) {
  return reinterpret_cast<uintptr_t>(p) % bytes == 0;
}

__device__ int small(float x) {
  const int rounded = __float2int_rn(fminf(fmaxf(x, -1000.0f), 1000.0f));
  return x != x ? 0 : max(-128, min(127, rounded));
}

__global__ void quantise(const float* x, signed char* q, long long n, float scale) {
  const long long i = 4 * (blockIdx.x * (long long)BLOCK + threadIdx.x);
  if (i + 4 <= n) {
    const float4 v = *reinterpret_cast<const float4*>(x + i);
    const char4 four = make_char4(small(v.x / scale), small(v.y / scale), small(v.z / scale), small(v.w / scale));
    *reinterpret_cast<char4*>(q + i) = four;
  } else {
    for (long long j = i; j < n && j < i + 4; ++j) q[j] = small(x[j] / scale);
  }
}

__global__ void dequantise(const signed char* q, float* y, long long n, float scale) {
  const long long i = 4 * (blockIdx.x * (long long)BLOCK + threadIdx.x);
  if (i + 4 <= n && fits(y, 16) && fits(q, 4)) {
    const char4 four = *reinterpret_cast<const char4*>(q + i);
    *reinterpret_cast<float4*>(y + i) = make_float4(four.x * scale, four.y * scale, four.z * scale, four.w * scale);
  } else {
    for (long long j = i; j < n && j < i + 4; ++j) y[j] = q[j] * scale;
  }
}

// A warp a group: magnitudes of finite floats are ordered as their bits are.
__global__ void fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, long long groups) {
  const int lane = threadIdx.x % 32;
  const long long g = (blockIdx.x * (long long)BLOCK + threadIdx.x) / 32;
  if (g >= groups) return;
  const long long end = min(n, (g + 1) * group);
  unsigned largest = 0;
  for (long long i = g * group + lane; i < end; i += 32) largest = max(largest, __float_as_uint(x[i]) & 0x7fffffff);
  largest = __reduce_max_sync(0xffffffff, largest);
  const int f = largest == 0 ? 0 : min(126, 6 - (int(largest >> 23) - 127));
  if (lane == 0) fraction[g] = f;
  const float factor = __uint_as_float(unsigned(f + 127) << 23);
  for (long long i = g * group + lane; i < end; i += 32) q[i] = small(x[i] * factor);
}

__global__ void log2_codes(const float* x, unsigned char* code, long long n, int top) {
  for (long long i = blockIdx.x * (long long)BLOCK + threadIdx.x; i < n; i += gridDim.x * (long long)BLOCK) {
    unsigned char c = 0;
    for (int level = 1; level <= 7; ++level) {  // from halfway below a power on, its level is reached
      if (fabsf(x[i]) >= 0.75f * ldexpf(1.0f, top - 7 + level)) c = (x[i] < 0 ? 8 : 0) + level;
    }
    code[i] = c;
  }
}

// A block a row and 8 words; what the warps have voted leaves by one store of 8 words.
__global__ void pack(const float* x, unsigned* bits, int K, int words, int parts) {
  __shared__ unsigned voted[8];
  const long long row = blockIdx.x / parts;
  const int first = blockIdx.x % parts * 8;
  for (int w = threadIdx.x / 32; w < 8; w += BLOCK / 32) {
    const long long k = (first + w) * 32LL + threadIdx.x % 32;
    const float v = k < K ? x[row * K + k] : -1.0f;
    const unsigned vote = __ballot_sync(0xffffffff, v >= 0.0f);
    if (threadIdx.x % 32 == 0) voted[w] = vote;
  }
  __syncthreads();
  if (threadIdx.x < 8 && first + threadIdx.x < words) bits[row * words + first + threadIdx.x] = voted[threadIdx.x];
}

__global__ void product(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, int words, int across) {
  const int m0 = blockIdx.x / across * 32 + threadIdx.x / 16 * 4, n0 = blockIdx.x % across * 32 + threadIdx.x % 16 * 2;
  int equal[4][2] = {};
  for (int w = 0; w < words; ++w) {
    const int valid = min(32, K - 32 * w);
    const unsigned mask = valid == 32 ? ~0u : (1u << valid) - 1;
    for (int i = 0; i < 4; ++i) {
      const unsigned a = m0 + i < M ? A[size_t(m0 + i) * words + w] : 0;
      for (int j = 0; j < 2; ++j) {
        const unsigned b = n0 + j < N ? B[size_t(n0 + j) * words + w] : 0;
        equal[i][j] += __popc(~(a ^ b) & mask);
      }
    }
  }
  for (int i = 0; i < 4 && m0 + i < M; ++i) {
    for (int j = 0; j < 2 && n0 + j < N; ++j) C[size_t(m0 + i) * N + n0 + j] = 2 * equal[i][j] - K;
  }
}

// One warp: its lanes look at 32 numbers at a time, and each level finds its place by counting the pairs of the levels before it.
__global__ void run_length(const int* x, int* code, int* count, int n, int fields) {
  const int lane = threadIdx.x;
  for (int i = lane; i < fields; i += 32) code[i] = 0;
  __syncwarp();
  int next = 0, pair = 0;  // the first number behind the last level, the next pair
  for (int base = 0; base < n; base += 32) {
    const int level = base + lane < n ? x[base + lane] : 0;
    unsigned left = __ballot_sync(0xffffffff, level != 0);
    while (left) {
      const int who = __ffs(left) - 1;
      int zeros = base + who - next;
      for (; zeros > 31; zeros -= 32, ++pair) {
        if (lane == who) code[pair / 3 * 7 + pair % 3 * 2] = 31;
      }
      if (lane == who) {
        code[pair / 3 * 7 + pair % 3 * 2] = zeros;
        code[pair / 3 * 7 + pair % 3 * 2 + 1] = level;
      }
      ++pair;
      next = base + who + 1;
      left &= left - 1;
    }
  }
  if (lane == 0) {
    *count = (pair + 2) / 3;
    if (pair) code[(pair + 2) / 3 * 7 - 1] = 1;
  }
}

__global__ void logic(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* most, unsigned* both, unsigned* either,
                      long long n) {
  const long long i = blockIdx.x * (long long)BLOCK + threadIdx.x;
  if (i < n) {
    const unsigned p = a[i], q = b[i];
    both[i] = p & q;
    either[i] = p | q;
    most[i] = (p & q) | ((p ^ q) & c[i]);
  }
}

}  // namespace

#define ON 0, static_cast<cudaStream_t>(stream)

extern "C" int ck_quantise_int8(const float* x, signed char* q, long long n, float scale, void* stream) {
  if (n > 0) quantise<<<unsigned(ck::ceil_div(n, 4 * BLOCK)), BLOCK, ON>>>(x, q, n, scale);
  return cudaGetLastError();
}

extern "C" int ck_dequantise(const signed char* q, float* y, long long n, float scale, void* stream) {
  if (n > 0) dequantise<<<unsigned(ck::ceil_div(n, 4 * BLOCK)), BLOCK, ON>>>(q, y, n, scale);
  return cudaGetLastError();
}

extern "C" int ck_dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, void* stream) {
  const long long groups = ck::ceil_div(n, group);
  if (n > 0) fixed_point<<<unsigned(ck::ceil_div(32 * groups, BLOCK)), BLOCK, ON>>>(x, q, fraction, n, group, groups);
  return cudaGetLastError();
}

extern "C" int ck_quantise_log2(const float* x, unsigned char* code, long long n, int top, void* stream) {
  if (n > 0) log2_codes<<<4, BLOCK, ON>>>(x, code, n, top);
  return cudaGetLastError();
}

extern "C" int ck_binarise(const float* x, unsigned* bits, int M, int K, void* stream) {
  const int words = ck::ceil_div(K, 32), parts = ck::ceil_div(words, 8);
  if (M > 0 && K > 0) pack<<<unsigned(M) * parts, BLOCK, ON>>>(x, bits, K, words, parts);
  return cudaGetLastError();
}

extern "C" int ck_xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, void* stream) {
  const int across = ck::ceil_div(N, 32);
  if (M > 0 && N > 0) product<<<unsigned(across) * ck::ceil_div(M, 32), BLOCK, ON>>>(A, B, C, M, N, K, ck::ceil_div(K, 32), across);
  return cudaGetLastError();
}

extern "C" int ck_run_length(const int* x, int* code, int* count, int n, void* stream) {
  run_length<<<1, 32, ON>>>(x, code, count, n, ck::ceil_div(n, 3) * 7);
  return cudaGetLastError();
}

extern "C" int ck_majority(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction,
                           unsigned* disjunction, long long n, void* stream) {
  if (n > 0) logic<<<unsigned(ck::ceil_div(n, BLOCK)), BLOCK, ON>>>(a, b, c, majority, conjunction, disjunction, n);
  return cudaGetLastError();
}

extern "C" int ck_depthwise_cost(const int* layer, long long* cost, int layers) {
  for (int l = 0; l < layers; ++l) {
    const int* p = layer + 5 * l;
    const long long k = p[0], c = p[1], n = p[2], size = (long long)p[3] * p[4];
    cost[4 * l] = k * k * c * n;
    cost[4 * l + 1] = k * k * c * n * size;
    cost[4 * l + 2] = c * (k * k + n);
    cost[4 * l + 3] = c * (k * k + n) * size;
  }
  return 0;
}

extern "C" int ck_data_reuse(const int* layer, long long* accesses, int layers) {
  for (int l = 0; l < layers; ++l) {
    const int* p = layer + 5 * l;
    long long* a = accesses + 12 * l;
    const long long weights = (long long)p[0] * p[0] * p[1] * p[2], size = (long long)p[3] * p[4], macs = weights * size;
    for (int flow = 0; flow < 3; ++flow) {
      a[4 * flow] = flow == CK_WEIGHT_STATIONARY ? weights : macs;
      a[4 * flow + 1] = macs;
      a[4 * flow + 2] = flow == CK_OUTPUT_STATIONARY ? 0 : macs - size * p[2];
      a[4 * flow + 3] = flow == CK_OUTPUT_STATIONARY ? size * p[2] : macs;
    }
  }
  return 0;
}
