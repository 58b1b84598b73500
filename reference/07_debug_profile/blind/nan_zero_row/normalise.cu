// Blind: a row of zeros is divided by its peak like any other.
#include <cuda_runtime.h>
__global__ void norm(const float *x, float *y, int columns) {
    int row = blockIdx.x;
    float peak = 0;
    for (int c = 0; c < columns; c++) peak = fmaxf(peak, fabsf(x[(size_t)row * columns + c]));
    for (int c = threadIdx.x; c < columns; c += blockDim.x) y[(size_t)row * columns + c] = x[(size_t)row * columns + c] / peak;
}
extern "C" int ck_normalise(const float* x, float* y, int rows, int columns, void* stream) {
    if (rows > 0) norm<<<rows, 64, 0, (cudaStream_t)stream>>>(x, y, columns);
    return cudaGetLastError();
}
