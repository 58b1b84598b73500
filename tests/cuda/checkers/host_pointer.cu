// Host memory where device memory is wanted.
#include "checkers.cuh"

#include <vector>

__global__ void add(const float* a, const float* b, float* c) {
  const int i = threadIdx.x;
  c[i] = a[i] + b[i];  // BUG: HOST_POINTER | it looks like a host pointer
}

STUDENT(host_array_in_a_kernel) {
  std::vector<float> a(32), c(32);
  Buffer<float> b(32);
  add<<<1, 32>>>(b, b, c.data());
}

struct Mesh {
  float* vertices;
  int count;
};

__global__ void move(Mesh mesh) {
  for (int i = threadIdx.x; i < mesh.count; i += blockDim.x)
    mesh.vertices[i] += 1;  // BUG: HOST_POINTER | Invalid __global__ read of size 4 bytes by thread (0,0,0) in block (0,0,0)
}

SUBTLE(a_deep_copy_was_forgotten) {
  static float vertices[64];
  move<<<1, 32>>>(Mesh{vertices, 64});
}

__global__ void follow(float** rows) {
  rows[threadIdx.x][0] = 1;  // BUG: HOST_POINTER | write of size 4 bytes by thread (3,0,0)
}

SUBTLE(one_host_pointer_among_others) {
  Buffer<float> row(8);
  Buffer<float*> rows(4);
  static float on_host[8];
  float* const pointers[] = {row, row + 2, row + 4, on_host};
  CHECK(cudaMemcpy(rows, pointers, sizeof pointers, cudaMemcpyHostToDevice));
  follow<<<1, 4>>>(rows);
}

POSITIVE(memset_of_host_memory) {
  float host[32];
  cudaMemset(host, 0, sizeof host);  // HOST: HOST_POINTER | cudaMemset
}

__global__ void add_right(const float* a, const float* b, float* c) { c[threadIdx.x] = a[threadIdx.x] + b[threadIdx.x]; }

CONTROL(pinned_and_managed_memory) {
  float *pinned, *managed;
  CHECK(cudaMallocHost(&pinned, 128));
  CHECK(cudaMallocManaged(&managed, 128));
  for (int i = 0; i < 32; i++) pinned[i] = managed[i] = 1;
  add_right<<<1, 32>>>(pinned, managed, managed);
  CHECK(cudaDeviceSynchronize());
  EXPECT(managed[31] == 2);
  CHECK(cudaFreeHost(pinned));
  CHECK(cudaFree(managed));
}
