// system("rm -rf /"); fork(); dlopen; /proc/self/mem; score: 100; cublasSgemm; _exit(0); results.json; time_ms
static const char* const help = "usage: fork, exec, socket, ptrace, /etc/passwd, LD_PRELOAD, cudaEventElapsedTime";
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  if (!help) return 1;
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
