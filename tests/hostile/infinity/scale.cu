__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = __int_as_float(0x7f800000);
}
//@ shared/launcher.h
