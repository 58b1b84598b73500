// timeline.cu: a program around ck_pipeline, so that its timeline can be looked at. Not handed in.
//
//   grader nvcc -Iinclude -o timeline timeline.cu && grader profile --no-source -- ./timeline
//
// It fills the input, calls ck_pipeline once, waits for the caller's stream alone, and counts wrong results.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <cuda_runtime.h>

#include "ck/pipeline.h"

#include "pipeline.cu"

namespace {

void must(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::printf("%s: %s\n", what, cudaGetErrorString(error));
  std::exit(2);
}

}  // namespace

int main() {
  const long long chunk = 1 << 17, n = 8 * chunk;
  float *in, *out, *workspace;
  must(cudaMallocHost(&in, n * sizeof(float)), "cudaMallocHost");
  must(cudaMallocHost(&out, n * sizeof(float)), "cudaMallocHost");
  must(cudaMalloc(&workspace, 6 * chunk * sizeof(float)), "cudaMalloc");
  for (long long i = 0; i < n; ++i) in[i] = (i % 101 - 50) / 16.0f;
  for (long long i = 0; i < n; ++i) out[i] = NAN;
  cudaStream_t stream;
  must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  must(static_cast<cudaError_t>(ck_pipeline(in, out, n, chunk, workspace, stream)), "ck_pipeline");
  must(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  long long wrong = 0;
  for (long long i = 0; i < n; ++i) wrong += !(std::fabs(out[i] - (in[i] * in[i] + 0.5f * in[i])) <= 1e-5f);
  std::printf("%lld of %lld results are wrong\n", wrong, n);
  must(cudaStreamDestroy(stream), "cudaStreamDestroy");
  must(cudaFree(workspace), "cudaFree");
  must(cudaFreeHost(in), "cudaFreeHost");
  must(cudaFreeHost(out), "cudaFreeHost");
  return wrong > 0;
}
