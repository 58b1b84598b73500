// Three streams, one for each set of buffers: what uses a set stands in its stream, so that only the two ends need events.
#include <string.h>

#define GO(call)                      \
  if ((e = (call)) != cudaSuccess) {  \
    goto out;                         \
  }

static __global__ void map(long long count, const float* from, float* to) {
  long long k = threadIdx.x + (long long)blockIdx.x * blockDim.x;
  if (k < count) to[k] = ck_shape(from[k]);
}

extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* workspace, void* stream) {
  cudaStream_t caller = (cudaStream_t)stream, lane[3] = {0, 0, 0};
  cudaEvent_t mark = 0;
  cudaError_t e = cudaSuccess;
  long long at, number = 0;
  int i;
  if (n == 0) return 0;
  GO(cudaEventCreateWithFlags(&mark, cudaEventDisableTiming));
  GO(cudaEventRecord(mark, caller));
  for (i = 0; i < 3; i++) {
    GO(cudaStreamCreateWithFlags(&lane[i], cudaStreamNonBlocking));
    GO(cudaStreamWaitEvent(lane[i], mark, 0));
  }
  for (at = 0; at < n; at += chunk, number++) {
    long long count = n - at < chunk ? n - at : chunk;
    cudaStream_t s = lane[number % 3];
    float* a = workspace + (number % 3) * 2 * chunk;
    float* b = a + chunk;
    GO(cudaMemcpyAsync(a, in + at, count * 4, cudaMemcpyHostToDevice, s));
    map<<<(unsigned)((count + 127) / 128), 128, 0, s>>>(count, a, b);
    GO(cudaGetLastError());
    GO(cudaMemcpyAsync(out + at, b, count * 4, cudaMemcpyDeviceToHost, s));
  }
  for (i = 0; i < 3; i++) {
    GO(cudaEventRecord(mark, lane[i]));
    GO(cudaStreamWaitEvent(caller, mark, 0));
  }
out:
  for (i = 0; i < 3; i++) {
    if (lane[i]) cudaStreamDestroy(lane[i]);
  }
  if (mark) cudaEventDestroy(mark);
  return e;
}

extern "C" int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  cudaEvent_t even = 0, odd = 0;
  cudaError_t e = cudaSuccess;
  long long at, number = 0;
  GO(cudaEventCreateWithFlags(&even, cudaEventDisableTiming));
  GO(cudaEventCreateWithFlags(&odd, cudaEventDisableTiming));
  for (at = 0; at < n; at += chunk, number++) {
    long long count = n - at < chunk ? n - at : chunk;
    cudaEvent_t mine = number % 2 ? odd : even;
    float* half = number % 2 ? staging + chunk : staging;
    GO(cudaEventSynchronize(mine)); /* an event that was never recorded has happened */
    memcpy(half, in + at, count * 4);
    GO(cudaMemcpyAsync(device + at, half, count * 4, cudaMemcpyHostToDevice, s));
    GO(cudaEventRecord(mine, s));
  }
out:
  if (even) cudaEventDestroy(even);
  if (odd) cudaEventDestroy(odd);
  return e;
}

extern "C" int ck_time_upload(const float* in, float* device, long long n, float* ms, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  cudaEvent_t a = 0, b = 0;
  cudaError_t e = cudaSuccess;
  GO(cudaEventCreate(&a));
  GO(cudaEventCreate(&b));
  GO(cudaEventRecord(a, s));
  GO(cudaMemcpyAsync(device, in, n * 4, cudaMemcpyHostToDevice, s));
  GO(cudaEventRecord(b, s));
  GO(cudaStreamSynchronize(s));
  GO(cudaEventElapsedTime(ms, a, b));
out:
  if (a) cudaEventDestroy(a);
  if (b) cudaEventDestroy(b);
  return e;
}
