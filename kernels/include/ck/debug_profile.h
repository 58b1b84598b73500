// ck/debug_profile.h: the contract of assignment 07_debug_profile. It is -include'd in front of each of the four programs, so a launcher
// with another signature is nvcc's own error on the student's line. The programs are handed out with one bug each; this is what they shall
// do.
//
//   ck_histogram     counts[b] <- how many of x[0..n) fall into bin b. The bins have equal widths and cover [low, high]; low belongs to the
//                    first bin, high to the last one. Numbers outside of [low, high], and NaN, fall into no bin
//   ck_prefix        y[r][c] <- x[r][0] + ... + x[r][c]: sums along each row, of whole numbers
//   ck_mean_square   result[0] <- (x[0]^2 + ... + x[n-1]^2) / n; 0 if n is 0
//   ck_normalise     y[r][c] <- x[r][c] / peak of row r, the largest absolute value there; a row of zeros stays as it is
//
//   x                device pointer, read only: n numbers, or rows x columns in row-major order without gaps
//   counts, y        device pointers: all of it is written, whatever it held before
//   partial          device pointer, 64 numbers: ck_mean_square's own until the launched work has ended. It may hold anything before
//   n, rows, columns >= 0; bins >= 1; low < high. An array of no numbers may be a null pointer
//   stream           a cudaStream_t: every kernel, copy and memset is put on it
//
// The launchers don't wait for the device, copy nothing between host and device, and allocate nothing. Each returns 0, or the cudaError_t
// of the first call or launch that failed.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_histogram(const float* x, int* counts, int n, int bins, float low, float high, void* stream);
int ck_prefix(const int* x, int* y, int rows, int columns, void* stream);
int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream);
int ck_normalise(const float* x, float* y, int rows, int columns, void* stream);

#ifdef __cplusplus
}
#endif
