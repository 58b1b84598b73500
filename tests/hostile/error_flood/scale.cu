// 20,000 functions, two errors in each
#define NAMED(a, b) a##b
#define FUNCTION(n) int NAMED(f, n)() { return NAMED(undefined_, n) }
#define TEN(n) FUNCTION(n##0) FUNCTION(n##1) FUNCTION(n##2) FUNCTION(n##3) FUNCTION(n##4) FUNCTION(n##5) FUNCTION(n##6) FUNCTION(n##7) FUNCTION(n##8) FUNCTION(n##9)
#define HUNDRED(n) TEN(n##0) TEN(n##1) TEN(n##2) TEN(n##3) TEN(n##4) TEN(n##5) TEN(n##6) TEN(n##7) TEN(n##8) TEN(n##9)
#define THOUSAND(n) HUNDRED(n##0) HUNDRED(n##1) HUNDRED(n##2) HUNDRED(n##3) HUNDRED(n##4) HUNDRED(n##5) HUNDRED(n##6) HUNDRED(n##7) HUNDRED(n##8) HUNDRED(n##9)
THOUSAND(1) THOUSAND(2) THOUSAND(3) THOUSAND(4) THOUSAND(5) THOUSAND(6) THOUSAND(7) THOUSAND(8) THOUSAND(9) THOUSAND(10)
THOUSAND(11) THOUSAND(12) THOUSAND(13) THOUSAND(14) THOUSAND(15) THOUSAND(16) THOUSAND(17) THOUSAND(18) THOUSAND(19) THOUSAND(20)
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
