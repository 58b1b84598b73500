// Memory that a stream frees in its order, and others use without waiting for anything.
#include "streams.cuh"

__global__ void set(int* x, int n, int value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value;  // BUG: USE_AFTER_FREE?
}

POSITIVE(another_stream_still_uses_it) {
  Stream s, t;
  int* x;
  CHECK(cudaMallocAsync(&x, 400, s));
  CHECK(cudaStreamSynchronize(s));
  set<<<1, 100, 0, t>>>(x, 100, 1);
  CHECK(cudaFreeAsync(x, s));
  CHECK(cudaDeviceSynchronize());
}

SUBTLE(a_copy_behind_the_free) {
  Stream s;
  int *x, value = 1;
  CHECK(cudaMallocAsync(&x, 400, s));
  CHECK(cudaFreeAsync(x, s));
  CHECK(cudaMemcpyAsync(x, &value, 4, cudaMemcpyHostToDevice, s));  // HOST: USE_AFTER_FREE | cudaMemcpyAsync: the destination had been freed
  CHECK(cudaDeviceSynchronize());
}

CONTROL(freed_behind_its_last_use) {
  Stream s, t;
  Event used;
  int* x;
  CHECK(cudaMallocAsync(&x, 400, s));
  CHECK(cudaEventRecord(used, s));
  CHECK(cudaStreamWaitEvent(t, used, 0));
  set<<<1, 100, 0, t>>>(x, 100, 1);
  CHECK(cudaEventRecord(used, t));
  CHECK(cudaStreamWaitEvent(s, used, 0));
  CHECK(cudaFreeAsync(x, s));
  CHECK(cudaDeviceSynchronize());
}

CONTROL(freed_while_others_use_other_memory) {
  Stream s, t;
  int *x, *y;
  CHECK(cudaMallocAsync(&x, 400, s));
  CHECK(cudaMallocAsync(&y, 400, t));
  set<<<1, 100, 0, t>>>(y, 100, 1);
  set<<<1, 100, 0, s>>>(x, 100, 1);
  CHECK(cudaFreeAsync(x, s));
  CHECK(cudaFreeAsync(y, t));
  CHECK(cudaDeviceSynchronize());
}
