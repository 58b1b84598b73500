// Blind: the second kernel adds the right partial sums, the first one reads a block's worth only.
#include <cuda_runtime.h>
__global__ void squares(const float *x, float *partial, int n) {
    __shared__ float s[256];
    int i = blockIdx.x * 256 + threadIdx.x;
    s[threadIdx.x] = i < n ? x[i] * x[i] : 0.0f;
    __syncthreads();
    if (threadIdx.x == 0) {
        float sum = 0;
        for (int k = 0; k < 256; k++) sum += s[k];
        partial[blockIdx.x] = sum;
    }
}
__global__ void finish_sum(const float *partial, int count, float *result, int n) {
    float sum = 0;
    for (int k = 0; k < count; k++) sum += partial[k];
    *result = n ? sum / n : 0;
}
extern "C" int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream) {
    cudaStream_t s = (cudaStream_t)stream;
    int blocks = (n + 255) / 256;
    if (blocks > 64) blocks = 64;
    if (blocks) squares<<<blocks, 256, 0, s>>>(x, partial, n);
    finish_sum<<<1, 1, 0, s>>>(partial, blocks, result, n);
    return cudaGetLastError();
}
