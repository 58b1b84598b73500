// Blind: each thread raises one shared number, without anything atomic.
#include <cuda_runtime.h>
__global__ void norm(const float *x, float *y, int columns) {
    __shared__ float peak;
    if (threadIdx.x == 0) peak = 0;
    __syncthreads();
    const float *row = x + (size_t)blockIdx.x * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        if (fabsf(row[c]) > peak) peak = fabsf(row[c]);
    __syncthreads();
    float d = peak > 0 ? peak : 1;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) y[(size_t)blockIdx.x * columns + c] = row[c] / d;
}
extern "C" int ck_normalise(const float* x, float* y, int rows, int columns, void* stream) {
    if (rows > 0) norm<<<rows, 128, 0, (cudaStream_t)stream>>>(x, y, columns);
    return cudaGetLastError();
}
