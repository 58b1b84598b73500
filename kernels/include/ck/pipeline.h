// ck/pipeline.h: the contract of assignment 06_streams_events. It is -include'd in front of pipeline.cu, so a launcher with another
// signature is nvcc's own error on the student's line.
//
//   ck_pipeline      out[i] <- ck_shape(in[i]) of n numbers in page-locked host memory, chunk by chunk, by way of the device
//   ck_feed          device[i] <- in[i] of n numbers in ordinary host memory, chunk by chunk, by way of two page-locked buffers
//   ck_time_upload   device[i] <- in[i] in one copy from page-locked memory; *ms <- how long the device took for it
//
//   in         host memory, n numbers, only read: page-locked for ck_pipeline and ck_time_upload, ordinary for ck_feed
//   out        page-locked host memory, n numbers: written, never read
//   device     device memory, n numbers: written
//   n >= 0     numbers, not bytes (ck_time_upload: n >= 1). If n is 0, in, out and device may be null
//   chunk >= 1 numbers of a chunk; the last one may be shorter
//   workspace  device memory for 3 * chunk numbers on their way in and 3 * chunk on their way out: yours until the work that you put on the
//              device has ended. There may be more chunks than that
//   staging    page-locked host memory for 2 * chunk numbers: two halves, yours to fill
//   ms         one float in ordinary host memory: milliseconds, from events
//   stream     a cudaStream_t made with cudaStreamNonBlocking: it isn't ordered with the default stream. What `in` holds may still be on
//              its way there, in this stream
//
// Rules
//   - The launchers' work comes after what stands in `stream` when they are called, and what is put there afterwards comes after all of it:
//     streams of your own have to wait for it, and it for them.
//   - ck_pipeline moves each chunk with one copy each way, and different chunks overlap. It need not wait for anything: the caller does.
//   - ck_feed may wait on the host, for a half of `staging` to be free again. When it returns, `in` isn't needed any more.
//     Copies out of `staging` may still run then: the caller waits for `stream` before it touches `staging` or calls again with it.
//   - ck_time_upload returns when *ms is known.
//   - Copies go from `in` or `staging`, and to `out`; kernels work on device memory. No launcher makes page-locked or managed memory of its
//     own, or locks pages.
//   - Streams and events that a launcher makes it destroys, after an error too. That may be done at once: what they hold is still carried
//     out.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#ifdef __CUDACC__
// What the pipeline computes of each number.
static __device__ __forceinline__ float ck_shape(float v) { return v * v + 0.5f * v; }
#endif

#ifdef __cplusplus
extern "C" {
#endif

int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* workspace, void* stream);
int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream);
int ck_time_upload(const float* in, float* device, long long n, float* ms, void* stream);

#ifdef __cplusplus
}
#endif
