#include "ck/check.cuh"
#include <cstring>
// What else 06 asks for, as it should be.
extern "C" int ck_feed(const float* in, float* dev, long long n, long long chunk, float* staging, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  for (long long o = 0; o < n; o += chunk) {
    const long long m = n - o < chunk ? n - o : chunk;
    memcpy(staging, in + o, m * 4);
    CK_CHECK(cudaMemcpyAsync(dev + o, staging, m * 4, cudaMemcpyHostToDevice, s));
    CK_CHECK(cudaStreamSynchronize(s));
  }
  return 0;
}
extern "C" int ck_time_upload(const float* in, float* dev, long long n, float* ms, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  cudaEvent_t a, b;
  cudaEventCreate(&a);
  cudaEventCreate(&b);
  cudaEventRecord(a, s);
  CK_CHECK(cudaMemcpyAsync(dev, in, n * 4, cudaMemcpyHostToDevice, s));
  cudaEventRecord(b, s);
  cudaEventSynchronize(b);
  CK_CHECK(cudaEventElapsedTime(ms, a, b));
  cudaEventDestroy(a);
  cudaEventDestroy(b);
  return 0;
}
__device__ void spin(int rounds) {
  float a = 1;
  for (int q = 0; q < rounds; ++q) asm volatile("fma.rn.f32 %0,%0,%0,%0;" : "+f"(a));
}
// One stream, chunk after chunk, without any overlap.
static int one_stream(void (*kernel)(const float*, float*, long long), const float* in, float* out, long long n, long long chunk, float* ws, cudaStream_t s) {
  for (long long o = 0; o < n; o += chunk) {
    const long long m = n - o < chunk ? n - o : chunk;
    float *a = ws, *b = ws + 3 * chunk;
    CK_CHECK(cudaMemcpyAsync(a, in + o, m * 4, cudaMemcpyHostToDevice, s));
    kernel<<<(m + 255) / 256, 256, 0, s>>>(a, b, m);
    CK_CHECK_LAUNCH();
    CK_CHECK(cudaMemcpyAsync(out + o, b, m * 4, cudaMemcpyDeviceToHost, s));
  }
  return 0;
}
