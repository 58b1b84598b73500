// The host waits for each copy before it fills the other half.
#include <cstring>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int SLOTS = 3;

__global__ void shape(const float* in, float* out, long long n) {
  const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  if (i < n) out[i] = ck_shape(in[i]);
}

// Made once, destroyed on every way out. Work that is under way goes on.
struct Stream {
  Stream() { error = cudaStreamCreateWithFlags(&it, cudaStreamNonBlocking); }
  ~Stream() {
    if (!error) cudaStreamDestroy(it);
  }
  cudaStream_t it;
  cudaError_t error;
};

struct Event {
  explicit Event(unsigned flags = cudaEventDisableTiming) { error = cudaEventCreateWithFlags(&it, flags); }
  ~Event() {
    if (!error) cudaEventDestroy(it);
  }
  cudaEvent_t it;
  cudaError_t error;
};

// `later` goes on when `earlier` has come this far.
int order(cudaStream_t earlier, const Event& event, cudaStream_t later) {
  CK_CHECK(event.error);
  CK_CHECK(cudaEventRecord(event.it, earlier));
  CK_CHECK(cudaStreamWaitEvent(later, event.it, 0));
  return cudaSuccess;
}

int run(const float* in, float* out, long long n, long long chunk, float* workspace, cudaStream_t stream) {
  Stream up, compute, down;
  for (const Stream* each : {&up, &compute, &down}) CK_CHECK(each->error);
  Event begun, uploaded[SLOTS], computed[SLOTS], downloaded[SLOTS];
  if (const int error = order(stream, begun, up.it)) return error;  // fork: the others come after `up`
  for (long long first = 0, c = 0; first < n; first += chunk, ++c) {
    const long long count = n - first < chunk ? n - first : chunk, slot = c % SLOTS;
    float* const d_in = workspace + slot * chunk;
    float* const d_out = workspace + (SLOTS + slot) * chunk;
    if (c >= SLOTS) CK_CHECK(cudaStreamWaitEvent(up.it, computed[slot].it, 0));         // d_in has been read
    CK_CHECK(cudaMemcpyAsync(d_in, in + first, count * sizeof(float), cudaMemcpyHostToDevice, up.it));
    if (const int error = order(up.it, uploaded[slot], compute.it)) return error;
    if (c >= SLOTS) CK_CHECK(cudaStreamWaitEvent(compute.it, downloaded[slot].it, 0));  // d_out has been copied
    shape<<<(unsigned)ck::ceil_div(count, (long long)THREADS), THREADS, 0, compute.it>>>(d_in, d_out, count);
    CK_CHECK_LAUNCH();
    if (const int error = order(compute.it, computed[slot], down.it)) return error;
    CK_CHECK(cudaMemcpyAsync(out + first, d_out, count * sizeof(float), cudaMemcpyDeviceToHost, down.it));
    CK_CHECK(cudaEventRecord(downloaded[slot].it, down.it));
  }
  return order(down.it, begun, stream);  // join: the last download comes after everything else
}

int feed(const float* in, float* device, long long n, long long chunk, float* staging, cudaStream_t stream) {
  Event copied[2];
  for (const Event& each : copied) CK_CHECK(each.error);
  for (long long first = 0, c = 0; first < n; first += chunk, ++c) {
    const long long count = n - first < chunk ? n - first : chunk;
    float* const half = staging + c % 2 * chunk;
    if (c >= 2) CK_CHECK(cudaEventSynchronize(copied[c % 2].it));  // the copy out of this half; the other one goes on
    std::memcpy(half, in + first, count * sizeof(float));
    CK_CHECK(cudaMemcpyAsync(device + first, half, count * sizeof(float), cudaMemcpyHostToDevice, stream));
    CK_CHECK(cudaEventRecord(copied[c % 2].it, stream));
    CK_CHECK(cudaStreamSynchronize(stream));
  }
  return cudaSuccess;
}

int time_upload(const float* in, float* device, long long n, float* ms, cudaStream_t stream) {
  Event start(cudaEventDefault), stop(cudaEventDefault);
  CK_CHECK(start.error);
  CK_CHECK(stop.error);
  CK_CHECK(cudaEventRecord(start.it, stream));
  CK_CHECK(cudaMemcpyAsync(device, in, n * sizeof(float), cudaMemcpyHostToDevice, stream));
  CK_CHECK(cudaEventRecord(stop.it, stream));
  CK_CHECK(cudaEventSynchronize(stop.it));
  CK_CHECK(cudaEventElapsedTime(ms, start.it, stop.it));
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* workspace, void* stream) {
  if (n == 0) return cudaSuccess;
  if (const int error = run(in, out, n, chunk, workspace, static_cast<cudaStream_t>(stream))) return error;
  return cudaSuccess;
}

extern "C" int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream) {
  if (const int error = feed(in, device, n, chunk, staging, static_cast<cudaStream_t>(stream))) return error;
  return cudaSuccess;
}

extern "C" int ck_time_upload(const float* in, float* device, long long n, float* ms, void* stream) {
  if (const int error = time_upload(in, device, n, ms, static_cast<cudaStream_t>(stream))) return error;
  return cudaSuccess;
}
