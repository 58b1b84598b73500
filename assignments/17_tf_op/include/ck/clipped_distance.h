// ck/clipped_distance.h: the contract of op.cu in assignment 17_tf_op. It is -include'd in front of op.cu, so a launcher with another
// signature is nvcc's own error on the student's line.
//
//   ck_clipped_distance    y[i, j] <- min(|x[i] - centers[j]|^2, limit)        |v|^2: the sum of the squares of v's D numbers
//
//   x         device pointer: N rows of D numbers
//   centers   device pointer: K rows of D numbers
//   y         device pointer: N rows of K numbers
//   N, K, D   >= 0; N * D, K * D and N * K are below 2^31
//   limit     > 0
//   stream    a cudaStream_t: the kernel is launched on it. TensorFlow hands over the stream of the device that the operator runs on.
//
// Rules
//   - A sum that is NaN gives NaN: it isn't clipped.
//   - D == 0: a sum of nothing is 0, so y is 0. y may hold anything before the call.
//   - N == 0 or K == 0 does nothing and is no error. Where an array has no numbers its pointer may be null.
//   - Numbers are subtracted before they are squared, in single precision: |x|^2 - 2 x c + |c|^2 loses the digits that count.
//   - Pointers are aligned as floats are, to 4 bytes; no more is promised. Arrays don't overlap.
//   - One kernel. The launcher copies nothing between host and device, waits for nothing, and allocates nothing.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed; cudaErrorInvalidValue if limit isn't > 0.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_clipped_distance(const float* x, const float* centers, float* y, int N, int K, int D, float limit, void* stream);

#ifdef __cplusplus
}
#endif
