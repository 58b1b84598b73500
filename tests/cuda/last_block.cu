// A sum in one launch: the block that comes last adds up what all of them left (the CUDA programming guide's use of __threadfence()).
#include "check.cuh"

__device__ unsigned int arrived;

template <int kWay>
__global__ void sum(const float* in, int n, volatile float* partial, float* result) {
  __shared__ float shared[256];
  __shared__ bool last;
  float mine = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) mine += in[i];
  shared[threadIdx.x] = mine;
  __syncthreads();
  for (int s = blockDim.x / 2; s > 0; s /= 2) {
    if (threadIdx.x < s) shared[threadIdx.x] += shared[threadIdx.x + s];
    __syncthreads();
  }
  if (kWay == 0) {  // the thread that writes has the fence and the ticket
    if (threadIdx.x == 0) {
      partial[blockIdx.x] = shared[0];
      __threadfence();
      last = atomicInc(&arrived, gridDim.x - 1) == gridDim.x - 1;
    }
  } else {  // all threads have the fence, one behind the barrier takes the ticket
    if (threadIdx.x == 5) partial[blockIdx.x] = shared[0];
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) last = atomicInc(&arrived, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    float all = 0;
    for (int b = 0; b < gridDim.x; b++) all += partial[b];
    *result = all;
  }
}

int main() {
  constexpr int n = 100000, kBlocks = 40;
  float *in, *partial, *result, *host = new float[n], got;
  for (int i = 0; i < n; i++) host[i] = float(i % 7);
  CHECK(cudaMalloc(&in, n * sizeof(float)));
  CHECK(cudaMalloc(&partial, kBlocks * sizeof(float)));
  CHECK(cudaMalloc(&result, sizeof(float)));
  CHECK(cudaMemcpy(in, host, n * sizeof(float), cudaMemcpyHostToDevice));
  float wanted = 0;
  for (int i = 0; i < n; i++) wanted += host[i];
  for (int way = 0; way < 2; way++) {
    if (way == 0) sum<0><<<kBlocks, 256>>>(in, n, partial, result);
    else sum<1><<<kBlocks, 256>>>(in, n, partial, result);
    CHECK(cudaMemcpy(&got, result, sizeof(float), cudaMemcpyDeviceToHost));
    EXPECT(got == wanted);
  }
  CHECK(cudaFree(in));
  CHECK(cudaFree(partial));
  CHECK(cudaFree(result));
  delete[] host;
  return pass();
}
