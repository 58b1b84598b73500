// Blind: blocks add into one number with atomics, and nobody has set it to zero.
#include <cuda_runtime.h>
__global__ void add_squares(const float *x, float *acc, int n) {
    __shared__ float s;
    if (threadIdx.x == 0) s = 0;
    __syncthreads();
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) atomicAdd(&s, x[i] * x[i]);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(acc, s);
}
__global__ void divide(const float *acc, float *result, int n) { *result = n > 0 ? *acc / n : 0.0f; }
extern "C" int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream) {
    cudaStream_t s = (cudaStream_t)stream;
    if (n > 0) add_squares<<<(n + 255) / 256, 256, 0, s>>>(x, partial, n);
    divide<<<1, 1, 0, s>>>(partial, result, n);
    return cudaGetLastError();
}
