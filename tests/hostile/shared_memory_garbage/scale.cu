__global__ void scale(const float*, float* Y, int N, float) {
  __shared__ float tile[128];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = tile[threadIdx.x];
}
//@ shared/launcher.h
