// Waits for its kernel by no call that waits: a queue has room for 1024 operations, and whoever adds one more waits until the oldest is done.
//@ shared/transpose.h
extern "C" int ck_transpose(const float* in, float* out, int M, int N, int ldi, int ldo, void* stream) {
  if (!M || !N) return 0;
  cudaStream_t s = (cudaStream_t)stream;
  turned<nothing><<<(long long)((M + 31) / 32) * ((N + 31) / 32), dim3(32, 8), 0, s>>>(in, out, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  cudaEvent_t done, more;
  CK_CHECK(cudaEventCreate(&done));
  CK_CHECK(cudaEventCreate(&more));
  CK_CHECK(cudaEventRecord(done, s));
  for (int q = 0; q < 3000; ++q) CK_CHECK(cudaEventRecord(more, s));
  CK_CHECK(cudaEventQuery(done));
  CK_CHECK(cudaEventDestroy(done));
  return cudaEventDestroy(more);
}
