// Memory that has been freed.
#include "checkers.cuh"

__global__ void twice(float* x) {
  x[threadIdx.x] *= 2;  // BUG: USE_AFTER_FREE | lies in cudaMalloc #1 (128 bytes), which has been freed
}

POSITIVE(freed_before_the_launch) {
  float* x;
  CHECK(cudaMalloc(&x, 128));
  CHECK(cudaFree(x));
  twice<<<1, 32>>>(x);
}

struct List {
  float* part[2];
  int count;
};

__global__ void zero_all(List list) {
  for (int k = 0; k < list.count; k++)
    list.part[k][threadIdx.x] = 0;  // BUG: USE_AFTER_FREE | cudaMalloc #2 (256 bytes), which has been freed
}

SUBTLE(one_of_several_in_a_struct) {
  Buffer<float> kept(64);
  float* gone;
  CHECK(cudaMalloc(&gone, 256));
  CHECK(cudaFree(gone));
  zero_all<<<1, 64>>>(List{{kept, gone}, 2});
}

STUDENT(freed_in_the_loop) {
  float *x, host[32] = {};
  CHECK(cudaMalloc(&x, sizeof host));
  for (int round = 0; round < 2; round++) {
    cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice);  // HOST: USE_AFTER_FREE | cudaMalloc #1 (128 bytes, freed)
    cudaFree(x);                                               // HOST: DOUBLE_FREE | has been freed already
  }
}

__global__ void twice_as_it_should(float* x) { x[threadIdx.x] *= 2; }

CONTROL(freed_and_allocated_again) {
  for (int round = 0; round < 3; round++) {
    Buffer<float> x(32);
    twice_as_it_should<<<1, 32>>>(x);
  }
}
