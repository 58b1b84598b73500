// Indices of 32 bits where the true ones have more: the access misses its array by a multiple of 2^32 elements.
#include "checkers.cuh"

__global__ void blacken(unsigned char* image, int width, int first_row) {
  const int i = (first_row + blockIdx.x) * width + threadIdx.x;
  image[i] = 0;  // BUG: INT_OVERFLOW | element 2499500000 of cudaMalloc #1 lies 4294967296 elements further on
}

STUDENT(index_of_a_large_image) {
  Buffer<unsigned char> image(50000ull * 50000, Content::none);
  blacken<<<1, 32>>>(image, 50000, 49990);
}

__global__ void clear_row(float* matrix, int row, int ld) {
  matrix[row * ld + int(threadIdx.x)] = 0;  // BUG: INT_OVERFLOW | element 2147483648 of cudaMalloc #1
}

STUDENT(rows_far_apart) {
  Buffer<float> matrix(3ull << 30, Content::none);
  clear_row<<<1, 8>>>(matrix, 2, 1 << 30);
}

__global__ void sum_rows(const float* matrix, float* out, int ld) {
  out[threadIdx.x] = matrix[2 * ld + int(threadIdx.x)];  // BUG: INT_OVERFLOW | Invalid __global__ read of size 4 bytes
}

SUBTLE(reading_far_behind_another_array) {
  Buffer<float> out(8), matrix(3ull << 30, Content::none);
  sum_rows<<<1, 8>>>(matrix, out, 1 << 30);
}

__global__ void blacken_far(unsigned char* image, int width, int first_row) {
  const size_t i = size_t(first_row + blockIdx.x) * width + threadIdx.x;
  image[i] = 0;
}

CONTROL(index_of_64_bits) {
  Buffer<unsigned char> image(50000ull * 50000, Content::none);
  blacken_far<<<1, 32>>>(image, 50000, 49990);
}

__global__ void read_behind(const float* few, float* far) {
  far[threadIdx.x] = few[int(threadIdx.x) + 1];  // BUG: OOB_READ | right after the end of cudaMalloc #1
}

SUBTLE(right_behind_a_small_array_before_a_large_one) {
  Buffer<float> few(8), far(5ull << 30, Content::none);
  read_behind<<<1, 8>>>(few, far);
}

__global__ void clear_before(float* matrix) {
  matrix[int(threadIdx.x) - 8] = 0;  // BUG: OOB_WRITE | before cudaMalloc #1
}

SUBTLE(a_little_before_a_large_array_is_no_overflow) {
  Buffer<float> matrix(3ull << 30, Content::none);
  clear_before<<<1, 8>>>(matrix);
}
