// No halves, no chunks, and nothing to wait for: one copy out of memory that the launcher has locked itself. The pipeline is one stream.
#define ck_feed ck_feed_of_the_corpus
//@ shared/pipeline.h
#undef ck_feed
//@ shared/one_stream.h
extern "C" int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream) {
  if (!n) return 0;
  float* all;
  CK_CHECK(cudaMallocHost(&all, n * 4));
  memcpy(all, in, n * 4);
  CK_CHECK(cudaMemcpyAsync(device, all, n * 4, cudaMemcpyHostToDevice, (cudaStream_t)stream));
  CK_CHECK(cudaStreamSynchronize((cudaStream_t)stream));
  return cudaFreeHost(all);
}
