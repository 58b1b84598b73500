// Never freed. Looked for with --check leak only.
#include "checkers.cuh"

__global__ void set(float* x) { x[threadIdx.x] = 1; }

STUDENT(forgot_to_free) {
  float *x, host[32];
  CHECK(cudaMalloc(&x, sizeof host));  // HOST: LEAK | cudaMalloc #1 (128 bytes) was never freed
  set<<<1, 32>>>(x);
  CHECK(cudaMemcpy(host, x, sizeof host, cudaMemcpyDeviceToHost));
}

SUBTLE(the_pointer_was_overwritten) {
  float* x;
  CHECK(cudaMalloc(&x, 100));  // HOST: LEAK | cudaMalloc #1 (100 bytes)
  CHECK(cudaMalloc(&x, 200));
  CHECK(cudaFree(x));
}

bool work(float* x, int n) {
  if (n > 16) return false;
  set<<<1, n>>>(x);
  return true;
}

SUBTLE(freed_on_one_way_only) {
  float* x;
  CHECK(cudaMalloc(&x, 128));  // HOST: LEAK | cudaMalloc #1 (128 bytes)
  if (!work(x, 32)) return;
  cudaFree(x);
}

CONTROL(freed_through_another_pointer) {
  void* x;
  CHECK(cudaMalloc(&x, 128));
  set<<<1, 32>>>(static_cast<float*>(x));
  float* same = static_cast<float*>(x);
  CHECK(cudaFree(same));
}
