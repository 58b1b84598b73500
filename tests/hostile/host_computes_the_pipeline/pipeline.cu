// The kernels copy; then the host waits and writes `out` itself. Overlap isn't tried.
//@ shared/pipeline.h
__global__ void k(const float* in, float* out, long long n) {
  const long long i = blockIdx.x * 256ll + threadIdx.x;
  spin(blockIdx.x == 0 ? 1000000 : 0);
  if (i < n) out[i] = in[i];
}
extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* ws, void* stream) {
  if (const int error = one_stream(k, in, out, n, chunk, ws, (cudaStream_t)stream)) return error;
  CK_CHECK(cudaStreamSynchronize((cudaStream_t)stream));
  for (long long i = 0; i < n; ++i) out[i] = in[i] * in[i] + 0.5f * in[i];
  return 0;
}
