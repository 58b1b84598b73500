// ck/transpose.h: the contract of assignment 05_transpose. It is -include'd in front of transpose.cu, so a launcher with another signature
// is nvcc's own error on the student's line.
//
// ck_transpose turns a matrix of M x N numbers into one of N x M:  output(j, i) <- input(i, j)
//
//   input    device pointer, M rows of N numbers; row i starts at input + i * ldi     (row-major; ldi >= max(1, N)); not written
//   output   device pointer, N rows of M numbers; row j starts at output + j * ldo    (row-major; ldo >= max(1, M)); never read
//   M, N >= 0                                                                         numbers, not bytes; ldi, ldo too
//   stream                                                                            a cudaStream_t: every kernel is launched on it
//
// Rules
//   - Every number arrives with the very bits that it had.
//   - M == 0 or N == 0 does nothing; the pointers may then be null.
//   - The padding behind each row (columns N..ldi-1 of the input, M..ldo-1 of the output) may hold anything; the output's is not written.
//   - Pointers are aligned as floats are, to 4 bytes; no more is promised, neither of them nor of the beginnings of rows.
//   - Input and output don't overlap. Any size and any leading dimension is legal: a matrix can have a million rows and one column, and
//     i * ldi + j may not fit into an int.
//   - The launcher copies nothing between host and device, waits for nothing, and allocates nothing.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream);

#ifdef __cplusplus
}
#endif
