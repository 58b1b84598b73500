// Blind: a barrier in a loop that threads leave at different times.
#include <cuda_runtime.h>
__global__ void norm(const float *x, float *y, int columns) {
    __shared__ float s[128];
    const float *row = x + (size_t)blockIdx.x * columns;
    s[threadIdx.x] = 0;
    for (int c = threadIdx.x; c < columns; c += 128) {
        s[threadIdx.x] = fmaxf(s[threadIdx.x], fabsf(row[c]));
        __syncthreads();
    }
    __syncthreads();
    float peak = 0;
    for (int k = 0; k < 128; k++) peak = fmaxf(peak, s[k]);
    if (peak == 0) peak = 1;
    for (int c = threadIdx.x; c < columns; c += 128) y[(size_t)blockIdx.x * columns + c] = row[c] / peak;
}
extern "C" int ck_normalise(const float* x, float* y, int rows, int columns, void* stream) {
    if (rows > 0) norm<<<rows, 128, 0, (cudaStream_t)stream>>>(x, y, columns);
    return cudaGetLastError();
}
