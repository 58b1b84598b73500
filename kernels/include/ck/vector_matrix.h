// ck/vector_matrix.h: the contract of assignment 03_vector_matrix. It is -include'd in front of vector_matrix.cu, so a launcher with
// another signature is nvcc's own error on the student's line.
//
// Four launchers, all in single precision:
//
//   ck_vector_add        z[i] <- x[i] + y[i]                      for every i < n
//   ck_vector_multiply   z[i] <- x[i] * y[i]
//   ck_matrix_add        C <- A + B                               M x N each
//   ck_matrix_multiply   C <- A * B                               A is M x K, B is K x N, C is M x N
//
//   x, y, z              device pointers, n numbers each; n >= 0 can exceed 32 bits
//   A, B, C              device pointers, row-major: row i of A starts at A + i * lda, and so on
//   M, N, K              0 to 65,535: numbers, not bytes
//   lda, ldb, ldc        leading dimensions: at least the row's width and at least 1; element offsets can exceed 32 bits
//   stream               a cudaStream_t, handed over as void*: every kernel is launched on it,
//                        kernel<<<blocks, threads, 0, static_cast<cudaStream_t>(stream)>>>(...)
//
// Rules
//   - z and C are written and never read; x, y, A and B are read and never written. None of them overlap.
//   - n == 0, M == 0 or N == 0 does nothing; the pointers may then be null. K == 0 gives C <- 0: A and B aren't read, B may be null.
//   - The padding behind each row may hold anything; C's is not written.
//   - Pointers are aligned as floats are, to 4 bytes; no more is promised, neither of them nor of the beginnings of rows.
//   - A launcher copies nothing between host and device, waits for nothing, and allocates nothing.
//   - It can be called again, with other values at the same addresses.
//
// Each returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_vector_add(const float* x, const float* y, float* z, long long n, void* stream);
int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* stream);
int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* stream);
int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* stream);

#ifdef __cplusplus
}
#endif
