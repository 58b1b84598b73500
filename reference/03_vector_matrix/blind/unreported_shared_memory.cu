// Wrong: Student wants 128 KiB of dynamic shared memory for the product without cudaFuncSetAttribute, and returns cudaSuccess regardless.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

#define ELEMENTWISE(name, op)                                                                            \
  __global__ void name(const float* x, const float* y, float* z, long long n) {                          \
    const long long me = (long long)blockIdx.x * blockDim.x + threadIdx.x;                               \
    for (long long i = me; i < n; i += (long long)gridDim.x * blockDim.x) z[i] = x[i] op y[i];           \
  }
ELEMENTWISE(vadd, +)
ELEMENTWISE(vmul, *)
#undef ELEMENTWISE

unsigned grid_for(long long n) { return (unsigned)min((n + 127) / 128, 1LL << 24); }

__global__ void add2d(const float* A, const float* B, float* C, int rows, int cols, int lda, int ldb, int ldc) {
  const int c = blockIdx.x * blockDim.x + threadIdx.x;
  const int r = blockIdx.y * blockDim.y + threadIdx.y;
  if (r >= rows || c >= cols) return;
  C[size_t(r) * ldc + c] = A[size_t(r) * lda + c] + B[size_t(r) * ldb + c];
}

constexpr int kEdge = 32, kDeep = 512;

__global__ void product(const float* A, const float* B, float* C, int M, int N, int K, long long lda, long long ldb, long long ldc) {
  extern __shared__ float strips[];
  float* left = strips;                   // kEdge x kDeep
  float* right = strips + kEdge * kDeep;  // kDeep x kEdge
  const int tx = threadIdx.x, ty = threadIdx.y;
  const int i = blockIdx.y * kEdge + ty, j = blockIdx.x * kEdge + tx;
  float s = 0;
  for (int k0 = 0; k0 < K; k0 += kDeep) {
    const int depth = min(kDeep, K - k0);
    for (int q = tx; q < depth; q += kEdge) left[ty * kDeep + q] = i < M ? A[i * lda + k0 + q] : 0.0f;
    for (int q = ty; q < depth; q += kEdge) right[q * kEdge + tx] = j < N ? B[(k0 + q) * ldb + j] : 0.0f;
    __syncthreads();
    for (int q = 0; q < depth; ++q) s += left[ty * kDeep + q] * right[q * kEdge + tx];
    __syncthreads();
  }
  if (i < M && j < N) C[i * ldc + j] = s;
}

}  // namespace

extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* stream) {
  if (n == 0) return cudaSuccess;
  vadd<<<grid_for(n), 128, 0, (cudaStream_t)stream>>>(x, y, z, n);
  return cudaGetLastError();
}

extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* stream) {
  if (n == 0) return cudaSuccess;
  vmul<<<grid_for(n), 128, 0, (cudaStream_t)stream>>>(x, y, z, n);
  return cudaGetLastError();
}

extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const dim3 block(32, 8), grid(ck::ceil_div(N, 32), ck::ceil_div(M, 8));
  add2d<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc,
                                  void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const dim3 threads(kEdge, kEdge), blocks(ck::ceil_div(N, kEdge), ck::ceil_div(M, kEdge));
  const size_t bytes = 2 * kEdge * kDeep * sizeof(float);
  product<<<blocks, threads, bytes, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc);
  return cudaSuccess;
}
