__device__ int deep(int n, volatile int* above) {
  volatile int here[1000];
  here[n % 1000] = above ? above[0] + n : n;
  return n <= 0 ? here[0] : deep(n - 1, here) + here[n % 1000];
}
__global__ void hog(float* Y, int n) {
  for (int i = 0; i < 1000; ++i)
    if (char* more = (char*)malloc(1 << 20)) more[i] = 1;
  if (threadIdx.x == 0 && n > 1000000) Y[0] = deep(n, nullptr);
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  hog<<<64, 256, 0, (cudaStream_t)stream>>>(Y, N);
  return cudaGetLastError();
}
