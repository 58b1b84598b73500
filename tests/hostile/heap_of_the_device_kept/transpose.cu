// A thread of each of the first blocks takes memory from the device's heap, and nobody gives it back.
//@ shared/transpose.h
__device__ void keeps() {
  if (threadIdx.x + threadIdx.y == 0 && blockIdx.x < 100)
    if (volatile char* kept = (volatile char*)malloc(1000)) *kept = 1;
}
extern "C" int ck_transpose(const float* in, float* out, int M, int N, int ldi, int ldo, void* stream) {
  if (!M || !N) return 0;
  turned<keeps><<<(long long)((M + 31) / 32) * ((N + 31) / 32), dim3(32, 8), 0, (cudaStream_t)stream>>>(in, out, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return 0;
}
