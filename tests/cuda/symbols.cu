// __constant__ and __device__ variables: initial values, copies by symbol with an offset, address and size.
#include "check.cuh"

__constant__ float coefficients[4] = {1.0f, 2.0f, 3.0f, 4.0f};
__device__ int counter = 5;
__device__ int table[8];

__global__ void use(float* out) {
  const int i = threadIdx.x;
  out[i] = coefficients[i % 4] + static_cast<float>(table[i]);
  atomicAdd(&counter, 1);
}

int main() {
  float* out;
  CHECK(cudaMalloc(&out, 8 * sizeof(float)));
  const float changed[2] = {30.0f, 40.0f};
  CHECK(cudaMemcpyToSymbol(coefficients, changed, sizeof changed, 2 * sizeof(float)));
  int values[8];
  for (int i = 0; i < 8; ++i) values[i] = 100 * i;
  CHECK(cudaMemcpyToSymbol(table, values, sizeof values));
  use<<<1, 8>>>(out);
  CHECK(cudaDeviceSynchronize());
  float got[8];
  CHECK(cudaMemcpy(got, out, sizeof got, cudaMemcpyDeviceToHost));
  const float wanted[4] = {1.0f, 2.0f, 30.0f, 40.0f};
  for (int i = 0; i < 8; ++i) EXPECT(got[i] == wanted[i % 4] + 100.0f * static_cast<float>(i));
  int count = 0;
  CHECK(cudaMemcpyFromSymbol(&count, counter, sizeof count));
  EXPECT(count == 13);
  size_t bytes = 0;
  CHECK(cudaGetSymbolSize(&bytes, table));
  EXPECT(bytes == sizeof values);
  void* address = nullptr;
  CHECK(cudaGetSymbolAddress(&address, table));
  int third = 0;
  CHECK(cudaMemcpy(&third, static_cast<int*>(address) + 3, sizeof third, cudaMemcpyDeviceToHost));
  EXPECT(third == 300);
  CHECK(cudaFree(out));
  return pass();
}
