// slow.cu: four kernels over a picture, right but not equally good. You don't mend it; you read its profile and answer questions in answers.json.
//
//   grader nvcc -o slow profile/slow.cu && grader profile -- ./slow          on a GPU of your own: nvcc -lineinfo, then ncu --set full ./slow
#include <cstdio>
#include <cstdlib>

#include <cuda_runtime.h>

namespace {

constexpr int kRows = 224, kColumns = 160;  // multiples of 32, so that no kernel needs to guard its edges
constexpr int kRun = 8, kThreads = 128;

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

// The smallest and the largest of each run of 8 neighbours, side by side; a thread takes one run, a block its runs through shared memory.
__global__ void extremes(const float* in, float* out) {
  __shared__ float piece[kThreads * kRun];
  const int first = blockIdx.x * kThreads * kRun;
  for (int i = threadIdx.x; i < kThreads * kRun; i += kThreads) {
    piece[i] = in[first + i];
  }
  __syncthreads();
  float smallest = piece[threadIdx.x * kRun], largest = smallest;
  for (int i = 1; i < kRun; ++i) {
    const float value = piece[threadIdx.x * kRun + i];
    smallest = fminf(smallest, value);
    largest = fmaxf(largest, value);
  }
  const int run = blockIdx.x * kThreads + threadIdx.x;
  out[2 * run] = smallest;
  out[2 * run + 1] = largest;
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
  extremes<<<kRows * kColumns / kRun / kThreads, kThreads>>>(b, a);
  must(cudaGetLastError());
  refine<<<kRows * kColumns / 256, 256>>>(a, b);
  must(cudaGetLastError());
  must(cudaDeviceSynchronize());
  must(cudaFree(a));
  must(cudaFree(b));
  must(cudaFree(sums));
  return 0;
}
