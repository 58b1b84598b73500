// slow.cu: four kernels over a picture, right but not equally good. You don't mend it; you read its profile and answer questions in answers.json.
//
//   grader nvcc -o slow profile/slow.cu && grader profile -- ./slow          on a GPU of your own: nvcc -lineinfo, then ncu --set full ./slow
#include <cstdio>
#include <cstdlib>

#include <cuda_runtime.h>

namespace {

constexpr int kRows = 224, kColumns = 160;  // multiples of 32, so that no kernel needs to guard its edges

void must(cudaError_t error) {
  if (error == cudaSuccess) return;
  std::printf("%s\n", cudaGetErrorString(error));
  std::exit(2);
}

// Each number brighter by the same factor; a thread takes every stride-th number.
__global__ void brighten(const float* in, float* out, float factor) {
  const int stride = gridDim.x * blockDim.x;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < kRows * kColumns; i += stride) {
    out[i] = in[i] * factor;
  }
}

// The sum of each row; a thread takes one row.
__global__ void row_sums(const float* in, float* sums) {
  const int row = blockIdx.x * blockDim.x + threadIdx.x;
  float sum = 0.0f;
  for (int column = 0; column < kColumns; ++column) {
    sum += in[row * kColumns + column];
  }
  sums[row] = sum;
}

// The picture with rows and columns exchanged; a block takes a tile of 32 x 32 through shared memory.
__global__ void turn(const float* in, float* out) {
  __shared__ float tile[32][32];
  const int row = blockIdx.y * 32, column = blockIdx.x * 32;
  for (int y = threadIdx.y; y < 32; y += blockDim.y) {
    tile[y][threadIdx.x] = in[(row + y) * kColumns + column + threadIdx.x];
  }
  __syncthreads();
  for (int y = threadIdx.y; y < 32; y += blockDim.y) {
    out[(column + y) * kRows + row + threadIdx.x] = tile[threadIdx.x][y];
  }
}

// Square roots by Newton's method, as many steps as a number's place asks for.
__global__ void refine(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const float value = in[i] + 1.0f;
  float root = value;
  const int steps = i % 8 == 0 ? 40 : 5;
  for (int step = 0; step < steps; ++step) {
    root = 0.5f * (root + value / root);
  }
  out[i] = root;
}

}  // namespace

int main() {
  float *a, *b, *sums;
  must(cudaMalloc(&a, kRows * kColumns * sizeof(float)));
  must(cudaMalloc(&b, kRows * kColumns * sizeof(float)));
  must(cudaMalloc(&sums, kRows * sizeof(float)));
  must(cudaMemset(a, 0, kRows * kColumns * sizeof(float)));
  brighten<<<20, 256>>>(a, b, 1.5f);
  must(cudaGetLastError());
  row_sums<<<kRows / 32, 32>>>(b, sums);
  must(cudaGetLastError());
  turn<<<dim3(kColumns / 32, kRows / 32), dim3(32, 8)>>>(b, a);
  must(cudaGetLastError());
  refine<<<kRows * kColumns / 256, 256>>>(a, b);
  must(cudaGetLastError());
  must(cudaDeviceSynchronize());
  must(cudaFree(a));
  must(cudaFree(b));
  must(cudaFree(sums));
  return 0;
}
