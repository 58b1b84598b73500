// Device memory where host memory is wanted.
#include "checkers.cuh"

POSITIVE(source_of_an_upload) {
  Buffer<float> a(32), b(32);
  cudaMemcpy(a, b, 128, cudaMemcpyHostToDevice);  // HOST: DEVICE_POINTER | cudaMemcpy: the source is a device pointer
}

STUDENT(copy_the_wrong_way_round) {
  Buffer<float> x(32);
  float host[32];
  cudaMemcpy(host, x, sizeof host, cudaMemcpyHostToDevice);  // HOST: COPY_DIRECTION | kind says host to device, but the destination is host
}

SUBTLE(destination_of_a_download) {
  Buffer<float> a(32), b(32);
  cudaMemcpyAsync(a, b + 16, 64, cudaMemcpyDeviceToHost, 0);  // HOST: DEVICE_POINTER | cudaMalloc #1 (128 bytes)
}

CONTROL(direction_left_to_the_runtime) {
  Buffer<float> a(32), b(32);
  float host[32] = {};
  CHECK(cudaMemcpy(a, host, sizeof host, cudaMemcpyDefault));
  CHECK(cudaMemcpy(b, a, sizeof host, cudaMemcpyDefault));
  CHECK(cudaMemcpy(host, b, sizeof host, cudaMemcpyDefault));
}
