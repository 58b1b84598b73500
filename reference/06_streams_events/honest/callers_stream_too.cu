// The caller's stream does the kernels; one helper stream uploads, one downloads. The feed goes by a helper stream as well.
#include <cstring>

#include "ck/check.cuh"
#include "ck/math.cuh"

static __global__ void one_each(float* to, const float* from, int count) {
  const int k = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (k >= count) return;
  to[k] = ck_shape(from[k]);
}

struct Helpers {
  cudaStream_t stream[2] = {};
  cudaEvent_t event[10] = {};
  int make(int streams, int events) {
    for (int i = 0; i < streams; ++i) CK_CHECK(cudaStreamCreateWithFlags(&stream[i], cudaStreamNonBlocking));
    for (int i = 0; i < events; ++i) CK_CHECK(cudaEventCreate(&event[i]));
    return 0;
  }
  ~Helpers() {
    for (cudaStream_t s : stream) {
      if (s) cudaStreamDestroy(s);
    }
    for (cudaEvent_t e : event) {
      if (e) cudaEventDestroy(e);
    }
  }
};

extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* workspace, void* stream) {
  const auto compute = (cudaStream_t)stream;
  Helpers h;
  if (n == 0) return 0;
  if (const int error = h.make(2, 10)) return error;
  const cudaStream_t up = h.stream[0], down = h.stream[1];
  cudaEvent_t *const arrived = h.event, *const read = h.event + 3, *const left = h.event + 6, ends = h.event[9];
  CK_CHECK(cudaEventRecord(ends, compute));
  CK_CHECK(cudaStreamWaitEvent(up, ends, 0));
  long long done = 0;
  for (int c = 0; done < n; ++c) {
    const int count = int(n - done < chunk ? n - done : chunk), s = c % 3;
    float *const a = workspace + s * chunk, *const b = workspace + (3 + s) * chunk;
    CK_CHECK(cudaStreamWaitEvent(up, read[s], 0));
    CK_CHECK(cudaMemcpyAsync(a, in + done, sizeof(float) * count, cudaMemcpyHostToDevice, up));
    CK_CHECK(cudaEventRecord(arrived[s], up));
    CK_CHECK(cudaStreamWaitEvent(compute, arrived[s], 0));
    CK_CHECK(cudaStreamWaitEvent(compute, left[s], 0));
    one_each<<<ck::ceil_div(count, 192), 192, 0, compute>>>(b, a, count);
    CK_CHECK_LAUNCH();
    CK_CHECK(cudaEventRecord(read[s], compute));
    CK_CHECK(cudaStreamWaitEvent(down, read[s], 0));
    CK_CHECK(cudaMemcpyAsync(out + done, b, sizeof(float) * count, cudaMemcpyDeviceToHost, down));
    CK_CHECK(cudaEventRecord(left[s], down));
    done += count;
  }
  CK_CHECK(cudaEventRecord(ends, down));
  CK_CHECK(cudaStreamWaitEvent(compute, ends, 0));
  return 0;
}

extern "C" int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream) {
  const auto caller = (cudaStream_t)stream;
  Helpers h;
  if (const int error = h.make(1, 3)) return error;
  CK_CHECK(cudaEventRecord(h.event[2], caller));
  CK_CHECK(cudaStreamWaitEvent(h.stream[0], h.event[2], 0));
  for (long long c = 0; c * chunk < n; ++c) {
    const size_t bytes = sizeof(float) * ((c + 1) * chunk < n ? chunk : n - c * chunk);
    float* const half = staging + (c & 1) * chunk;
    if (c > 1) CK_CHECK(cudaEventSynchronize(h.event[c & 1]));
    memcpy(half, in + c * chunk, bytes);
    CK_CHECK(cudaMemcpyAsync(device + c * chunk, half, bytes, cudaMemcpyHostToDevice, h.stream[0]));
    CK_CHECK(cudaEventRecord(h.event[c & 1], h.stream[0]));
  }
  CK_CHECK(cudaEventRecord(h.event[2], h.stream[0]));
  CK_CHECK(cudaStreamWaitEvent(caller, h.event[2], 0));
  return 0;
}

extern "C" int ck_time_upload(const float* in, float* device, long long n, float* ms, void* stream) {
  const auto s = (cudaStream_t)stream;
  Helpers h;
  if (const int error = h.make(0, 2)) return error;
  CK_CHECK(cudaEventRecord(h.event[0], s));
  CK_CHECK(cudaMemcpyAsync(device, in, n * sizeof *in, cudaMemcpyHostToDevice, s));
  CK_CHECK(cudaEventRecord(h.event[1], s));
  CK_CHECK(cudaDeviceSynchronize());
  CK_CHECK(cudaEventElapsedTime(ms, h.event[0], h.event[1]));
  return 0;
}
