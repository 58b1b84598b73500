// Rung 3, tiled: a block stages 16 rows of A and 16 rows of B in shared memory; each staged word serves 16 elements of C.
//
// Changes against rung 2: each word is read from global memory M / 16 or N / 16 times. Bits that differ are counted, not those that are
// equal: what a tile or a tail is filled up with, 0 on both sides, doesn't count then.
// Measured (128 x 128 x 4096): 32,768 sectors read, a sixteenth; 139,264 wavefronts of shared memory, no bank conflict; 519,680
// warp-instructions of PTX. 98 of 100 points.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;
constexpr unsigned ALL = 0xffffffff;  // lanes of a warp

__device__ long long global_thread() { return blockIdx.x * (long long)THREADS + threadIdx.x; }

// ---- fewer bits ----

__device__ signed char to_int8(float x) {
  if (isnan(x)) return 0;
  return (signed char)fminf(fmaxf(rintf(x), -128.0f), 127.0f);  // saturate first: the conversion keeps low bits only
}

__global__ void quantise_int8(const float* x, signed char* q, long long n, float scale) {
  const long long i = global_thread();
  if (i < n) q[i] = to_int8(x[i] / scale);
}

__global__ void dequantise(const signed char* q, float* y, long long n, float scale) {
  const long long i = global_thread();
  if (i < n) y[i] = q[i] * scale;
}

__device__ int fraction_bits(float largest) {
  if (largest == 0.0f) return 0;
  int exponent;
  frexpf(largest, &exponent);  // largest < 2^exponent, and as small a power as that
  return min(7 - exponent, 126);
}

// A block a group: its largest magnitude, then its numbers.
__global__ void __launch_bounds__(THREADS) dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group) {
  __shared__ float of_warp[WARPS];
  const long long first = blockIdx.x * (long long)group;
  const int count = int(min((long long)group, n - first));
  float largest = 0.0f;
  for (int i = threadIdx.x; i < count; i += THREADS) largest = fmaxf(largest, fabsf(x[first + i]));
  for (int lanes = 16; lanes > 0; lanes /= 2) largest = fmaxf(largest, __shfl_xor_sync(ALL, largest, lanes));
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = largest;
  __syncthreads();  // wait: other warps still write theirs
  for (int w = 0; w < WARPS; ++w) largest = fmaxf(largest, of_warp[w]);
  const int bits = fraction_bits(largest);
  if (threadIdx.x == 0) fraction[blockIdx.x] = bits;
  for (int i = threadIdx.x; i < count; i += THREADS) q[first + i] = to_int8(ldexpf(x[first + i], bits));
}

__global__ void quantise_log2(const float* x, unsigned char* code, long long n, int top) {
  const long long i = global_thread();
  if (i >= n) return;
  const unsigned word = __float_as_uint(x[i]), magnitude = word & 0x7fffffff;
  const int exponent = int((magnitude + 0x00400000) >> 23) - 127;  // from 1.5 on, the fraction's first bit carries into the exponent
  int level = min(exponent - (top - 7), 7);
  if (level < 1 || isnan(x[i])) level = 0;
  code[i] = level == 0 ? 0 : (word >> 31 << 3) | level;
}

// ---- one bit ----

// A warp packs 32 words: in each round its lanes bring the 32 bits of one, and one lane keeps it. Then all are stored at once.
__global__ void __launch_bounds__(THREADS) binarise(const float* x, unsigned* bits, long long total, int K, int words) {
  const int lane = threadIdx.x % 32;
  const long long first = global_thread() - lane;
  unsigned mine = 0;
  for (int round = 0; round < 32 && first + round < total; ++round) {
    const long long row = (first + round) / words;
    const int k = int((first + round) % words) * 32 + lane;
    const unsigned word = __ballot_sync(ALL, k < K && x[row * K + k] >= 0.0f);
    if (lane == round) mine = word;
  }
  if (first + lane < total) bits[first + lane] = mine;
}

constexpr int T = 16;      // a block is T x T threads and computes T x T elements of C
constexpr int SLICE = 32;  // words of a row that are staged at a time

__global__ void __launch_bounds__(T* T)
    xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, int words, int tiles_per_row) {
  __shared__ unsigned As[T][SLICE + 1], Bs[T][SLICE + 1];  // one word more: rows begin in banks of their own
  const int tx = threadIdx.x % T, ty = threadIdx.x / T;
  const int row0 = blockIdx.x / tiles_per_row * T, col0 = blockIdx.x % tiles_per_row * T;
  int differ = 0;
  for (int w0 = 0; w0 < words; w0 += SLICE) {
    for (int i = threadIdx.x; i < T * SLICE; i += T * T) {
      const int r = i / SLICE, w = w0 + i % SLICE;
      As[r][i % SLICE] = row0 + r < M && w < words ? A[size_t(row0 + r) * words + w] : 0;
      Bs[r][i % SLICE] = col0 + r < N && w < words ? B[size_t(col0 + r) * words + w] : 0;
    }
    __syncthreads();  // wait: other threads still write this tile
    for (int w = 0; w < SLICE; ++w) {
      differ += __popc(As[ty][w] ^ Bs[tx][w]);  // what XNOR leaves out: no zero of a tail counts
    }
    __syncthreads();  // wait: slower threads still read this tile
  }
  if (row0 + ty < M && col0 + tx < N) C[size_t(row0 + ty) * N + col0 + tx] = K - 2 * differ;
}

// ---- few numbers ----

__device__ void put(int* code, int pair, int run, int level) {
  int* field = code + pair / 3 * 7 + pair % 3 * 2;
  field[0] = run;
  field[1] = level;
}

// One block walks through x. A round's levels find the level before them, and with it their run; a scan over the pairs finds their place.
__global__ void __launch_bounds__(THREADS) run_length(const int* x, int* code, int* count, int n, int capacity) {
  __shared__ int last_of_warp[WARPS], pairs_of_warp[WARPS];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int i = threadIdx.x; i < 7 * capacity; i += THREADS) code[i] = 0;
  int before = -1, done = 0;  // of the rounds so far: where the last level stands, how many pairs there are
  for (int start = 0; start < n; start += THREADS) {
    const int i = start + threadIdx.x;
    const int level = i < n ? x[i] : 0;
    const unsigned levels = __ballot_sync(ALL, level != 0);
    if (lane == 0) last_of_warp[warp] = levels ? i + 31 - __clz(levels) : -1;
    __syncthreads();  // wait: other warps still write theirs (and, in the first round, zeros)
    int previous = before;
    for (int w = 0; w < warp; ++w) previous = max(previous, last_of_warp[w]);
    const unsigned below = levels & ((1u << lane) - 1);
    if (below) previous = i - lane + 31 - __clz(below);

    const int zeros = i - previous - 1;
    const int pairs = level ? zeros / 32 + 1 : 0;
    int through = pairs;  // of the lanes up to this one
    for (int step = 1; step < 32; step *= 2) {
      const int other = __shfl_up_sync(ALL, through, step);
      if (lane >= step) through += other;
    }
    if (lane == 31) pairs_of_warp[warp] = through;
    __syncthreads();  // wait: other warps still write theirs
    int place = done + through - pairs;
    for (int w = 0; w < warp; ++w) place += pairs_of_warp[w];
    for (int more = 1; more < pairs; ++more) put(code, place++, 31, 0);
    if (level) put(code, place, zeros % 32, level);

    for (int w = 0; w < WARPS; ++w) {
      before = max(before, last_of_warp[w]);
      done += pairs_of_warp[w];
    }
    __syncthreads();  // wait: slower warps still read what the next round writes over
  }
  if (threadIdx.x == 0) {
    const int needed = ck::ceil_div(done, 3);
    *count = needed;
    if (needed > 0) code[7 * needed - 1] = 1;
  }
}

// ---- logic in the memory ----

__device__ unsigned majority_of(unsigned a, unsigned b, unsigned c) { return (a & b) | (b & c) | (c & a); }

__global__ void majority_logic(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction,
                               unsigned* disjunction, long long n) {
  const long long i = global_thread();
  if (i >= n) return;
  majority[i] = majority_of(a[i], b[i], c[i]);
  conjunction[i] = majority_of(a[i], b[i], 0);
  disjunction[i] = majority_of(a[i], b[i], ~0u);
}

unsigned blocks_for(long long n) { return unsigned(ck::ceil_div(n, THREADS)); }

}  // namespace

extern "C" int ck_quantise_int8(const float* x, signed char* q, long long n, float scale, void* stream) {
  if (n == 0) return cudaSuccess;  // an empty grid can't be launched
  quantise_int8<<<blocks_for(n), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, q, n, scale);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_dequantise(const signed char* q, float* y, long long n, float scale, void* stream) {
  if (n == 0) return cudaSuccess;
  dequantise<<<blocks_for(n), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(q, y, n, scale);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, void* stream) {
  if (n == 0) return cudaSuccess;
  const unsigned groups = unsigned(ck::ceil_div(n, group));
  dynamic_fixed_point<<<groups, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, q, fraction, n, group);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_quantise_log2(const float* x, unsigned char* code, long long n, int top, void* stream) {
  if (n == 0) return cudaSuccess;
  quantise_log2<<<blocks_for(n), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, code, n, top);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_binarise(const float* x, unsigned* bits, int M, int K, void* stream) {
  if (M == 0 || K == 0) return cudaSuccess;
  const int words = ck::ceil_div(K, 32);
  const long long total = (long long)M * words;
  binarise<<<blocks_for(total), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, bits, total, K, words);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int tiles_per_row = ck::ceil_div(N, T);
  const unsigned tiles = unsigned(tiles_per_row) * ck::ceil_div(M, T);
  xnor_gemm<<<tiles, T * T, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, ck::ceil_div(K, 32), tiles_per_row);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_run_length(const int* x, int* code, int* count, int n, void* stream) {
  run_length<<<1, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, code, count, n, ck::ceil_div(n, 3));
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_majority(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction,
                           unsigned* disjunction, long long n, void* stream) {
  if (n == 0) return cudaSuccess;
  majority_logic<<<blocks_for(n), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(a, b, c, majority, conjunction, disjunction, n);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

// On the host: no kernel, no stream.

extern "C" int ck_depthwise_cost(const int* layer, long long* cost, int layers) {
  for (int l = 0; l < layers; ++l, layer += CK_LAYER_FIELDS, cost += 4) {
    const long long filter = 1LL * layer[CK_KERNEL] * layer[CK_KERNEL], in = layer[CK_IN_CHANNELS], out = layer[CK_OUT_CHANNELS];
    const long long positions = 1LL * layer[CK_HEIGHT] * layer[CK_WIDTH];
    cost[0] = filter * in * out;
    cost[1] = cost[0] * positions;
    cost[2] = filter * in + in * out;
    cost[3] = cost[2] * positions;
  }
  return cudaSuccess;
}

extern "C" int ck_data_reuse(const int* layer, long long* accesses, int layers) {
  for (int l = 0; l < layers; ++l, layer += CK_LAYER_FIELDS, accesses += 4 * CK_DATAFLOWS) {
    const long long weights = 1LL * layer[CK_KERNEL] * layer[CK_KERNEL] * layer[CK_IN_CHANNELS] * layer[CK_OUT_CHANNELS];
    const long long positions = 1LL * layer[CK_HEIGHT] * layer[CK_WIDTH];
    const long long outputs = positions * layer[CK_OUT_CHANNELS], steps = weights * positions;
    const long long counts[CK_DATAFLOWS][4] = {
        {steps, steps, steps - outputs, steps},
        {weights, steps, steps - outputs, steps},
        {steps, steps, 0, outputs},
    };
    for (int i = 0; i < 4 * CK_DATAFLOWS; ++i) accesses[i] = counts[i / 4][i % 4];
  }
  return cudaSuccess;
}
