// The download of the last chunk is as long as the others.
#include <cuda_runtime.h>

#include <cstdint>

#define MUST(expression)                                 \
  do {                                                   \
    const cudaError_t outcome_ = (expression);           \
    if (outcome_ != cudaSuccess) return (int)outcome_;   \
  } while (0)

__global__ void shape_chunk(float* dst, const float* src, long long len) {
  const long long step = (long long)blockDim.x * gridDim.x;
  for (long long k = (long long)blockIdx.x * blockDim.x + threadIdx.x; k < len; k += step) {
    dst[k] = ck_shape(src[k]);
  }
}

struct Lanes {
  cudaStream_t lane[3] = {nullptr, nullptr, nullptr};
  cudaEvent_t note[4] = {nullptr, nullptr, nullptr, nullptr};
  int open() {
    for (auto& s : lane) MUST(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
    for (auto& e : note) MUST(cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    return 0;
  }
  ~Lanes() {
    for (auto s : lane)
      if (s) cudaStreamDestroy(s);
    for (auto e : note)
      if (e) cudaEventDestroy(e);
  }
};

extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* workspace, void* stream) {
  cudaStream_t home = (cudaStream_t)stream;
  Lanes use;
  if (int bad = use.open()) return bad;
  MUST(cudaEventRecord(use.note[3], home));
  for (auto s : use.lane) {
    MUST(cudaStreamWaitEvent(s, use.note[3], 0));
  }
  int turn = 0;
  for (long long from = 0; from < n; from += chunk) {
    const long long len = from + chunk < n ? chunk : n - from;
    float* const src = workspace + 2 * chunk * turn;
    float* const dst = src + chunk;
    const cudaStream_t s = use.lane[turn];
    MUST(cudaMemcpyAsync(src, in + from, sizeof(float) * len, cudaMemcpyHostToDevice, s));
    shape_chunk<<<16, 64, 0, s>>>(dst, src, len);
    MUST(cudaGetLastError());
    MUST(cudaMemcpyAsync(out + from, dst, sizeof(float) * chunk, cudaMemcpyDeviceToHost, s));
    turn = (turn + 1) % 3;
  }
  for (int k = 0; k < 3; ++k) {
    MUST(cudaEventRecord(use.note[k], use.lane[k]));
    MUST(cudaStreamWaitEvent(home, use.note[k], 0));
  }
  return 0;
}

extern "C" int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream) {
  cudaStream_t home = (cudaStream_t)stream;
  Lanes use;
  if (int bad = use.open()) return bad;
  float* half[2] = {staging, staging + chunk};
  int side = 0;
  for (long long from = 0; from < n; from += chunk, side = 1 - side) {
    const long long len = from + chunk < n ? chunk : n - from;
    MUST(cudaEventSynchronize(use.note[side]));
    for (long long k = 0; k < len; ++k) half[side][k] = in[from + k];
    MUST(cudaMemcpyAsync(device + from, half[side], sizeof(float) * len, cudaMemcpyHostToDevice, home));
    MUST(cudaEventRecord(use.note[side], home));
  }
  return 0;
}

extern "C" int ck_time_upload(const float* in, float* device, long long n, float* ms, void* stream) {
  cudaStream_t home = (cudaStream_t)stream;
  cudaEvent_t first, last;
  MUST(cudaEventCreate(&first));
  MUST(cudaEventCreate(&last));
  MUST(cudaEventRecord(first, home));
  MUST(cudaMemcpyAsync(device, in, sizeof(float) * n, cudaMemcpyHostToDevice, home));
  MUST(cudaEventRecord(last, home));
  MUST(cudaEventSynchronize(last));
  MUST(cudaEventElapsedTime(ms, first, last));
  MUST(cudaEventDestroy(first));
  MUST(cudaEventDestroy(last));
  return 0;
}
