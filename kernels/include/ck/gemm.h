// ck/gemm.h: the contract of assignment 09_gemm. It is -include'd in front of gemm.cu, so a launcher with another signature is nvcc's own
// error on the student's line.
//
// ck_gemm computes  C <- alpha * A * B + beta * C  in single precision.
//
//   A   device pointer, M rows of K numbers; row i starts at A + i * lda      (row-major; lda >= max(1, K))
//   B   device pointer, K rows of N numbers; row k starts at B + k * ldb      (row-major; ldb >= max(1, N))
//   C   device pointer, M rows of N numbers; row i starts at C + i * ldc      (row-major; ldc >= max(1, N))
//   M, N, K >= 0                                                              numbers, not bytes; lda, ldb, ldc too
//   stream                                                                    a cudaStream_t: every kernel is launched on it
//
// Rules
//   - beta == 0 means that C is not read: whatever it holds, NaN included, is overwritten.
//   - K == 0 gives C <- beta * C. M == 0 or N == 0 does nothing; the pointers may then be null, as A and B may be if K == 0.
//   - The padding behind each row (columns K..lda-1 of A, N..ldb-1 of B, N..ldc-1 of C) may hold anything; C's is not written.
//   - A, B and C don't overlap. Any size and any leading dimension is legal; element offsets can exceed 32 bits.
//   - Pointers are aligned as floats are, to 4 bytes; no more is promised, neither of them nor of the beginnings of rows.
//   - The launcher copies nothing between host and device, waits for nothing, and frees whatever it allocates.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
            void* stream);

#ifdef __cplusplus
}
#endif
