__global__ void nothing() {}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  nothing<<<1, 1, 0, (cudaStream_t)stream>>>();
  for (int i = 0; i < 1000000; ++i) {
    cudaStream_t more;
    cudaEvent_t event;
    void* byte;
    cudaStreamCreate(&more);
    cudaEventCreate(&event);
    cudaMalloc(&byte, 1);
    cudaMallocAsync(&byte, 1, more);
  }
  return cudaGetLastError();
}
