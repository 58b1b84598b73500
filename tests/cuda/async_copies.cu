// Copies and fills in a stream: pitched ones, and those from and to symbols; a symbol's address and size.
#include "check.cuh"

__device__ int numbers[8];
__constant__ int table[8];

__global__ void add() { numbers[threadIdx.x] += table[threadIdx.x]; }

int main() {
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  size_t bytes = 0, pitch = 0;
  int* address = nullptr;
  CHECK(cudaGetSymbolSize(&bytes, numbers));
  EXPECT(bytes == sizeof numbers);
  CHECK(cudaGetSymbolAddress(reinterpret_cast<void**>(&address), numbers));

  int *up, *down;
  CHECK(cudaHostAlloc(reinterpret_cast<void**>(&up), 64, cudaHostAllocDefault));
  CHECK(cudaHostAlloc(reinterpret_cast<void**>(&down), 64, cudaHostAllocDefault));
  for (int i = 0; i < 16; i++) up[i] = i;
  CHECK(cudaMemcpyToSymbolAsync(numbers, up, 32, 0, cudaMemcpyHostToDevice, stream));
  CHECK(cudaMemcpyToSymbolAsync(table, up + 8, 32, 0, cudaMemcpyHostToDevice, stream));
  add<<<1, 8, 0, stream>>>();
  CHECK(cudaMemcpyFromSymbolAsync(down, numbers, 32, 0, cudaMemcpyDeviceToHost, stream));
  CHECK(cudaMemcpyAsync(down + 8, address + 4, 16, cudaMemcpyDeviceToHost, stream));
  CHECK(cudaStreamSynchronize(stream));
  for (int i = 0; i < 8; i++) EXPECT(down[i] == 8 + 2 * i);
  EXPECT(down[8] == 16 && down[11] == 22);

  char* rows;
  CHECK(cudaMallocPitch(reinterpret_cast<void**>(&rows), &pitch, 8, 4));
  CHECK(cudaMemset2DAsync(rows, pitch, 7, 8, 4, stream));
  CHECK(cudaMemcpy2DAsync(rows + 2, pitch, up, 4, 4, 3, cudaMemcpyHostToDevice, stream));
  CHECK(cudaMemcpy2DAsync(down, 8, rows, pitch, 8, 4, cudaMemcpyDeviceToHost, stream));
  CHECK(cudaStreamSynchronize(stream));
  const char* got = reinterpret_cast<const char*>(down);
  const char* sent = reinterpret_cast<const char*>(up);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 8; x++) EXPECT(got[8 * y + x] == (y < 3 && x >= 2 && x < 6 ? sent[4 * y + x - 2] : 7));
  CHECK(cudaFree(rows));
  CHECK(cudaFreeHost(up));
  CHECK(cudaFreeHost(down));
  CHECK(cudaStreamDestroy(stream));
  return pass();
}
