// quant.cu: your quantisers and the binary product. The contract stands in ck/quant.h, the hand-out in README.md.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// TODO: your kernels, and the constants that describe their blocks.

}  // namespace

extern "C" int ck_quantise_int8(const float* x, signed char* q, long long n, float scale, void* stream) {
  // TODO: launch on `stream` (a cudaStream_t), and write CK_CHECK_LAUNCH(); behind each launch.
  return cudaSuccess;
}

extern "C" int ck_dequantise(const signed char* q, float* y, long long n, float scale, void* stream) {
  // TODO: the way back.
  return cudaSuccess;
}

extern "C" int ck_dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, void* stream) {
  // TODO: who finds the largest magnitude of a group, and who has to wait for it?
  return cudaSuccess;
}

extern "C" int ck_quantise_log2(const float* x, unsigned char* code, long long n, int top, void* stream) {
  // TODO: which power of two is the nearest? The bits of a float know its exponent.
  return cudaSuccess;
}

extern "C" int ck_binarise(const float* x, unsigned* bits, int M, int K, void* stream) {
  // TODO: 32 numbers become one word.
  return cudaSuccess;
}

extern "C" int ck_xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, void* stream) {
  // TODO: a dot product of +1 and -1 is a count of equal bits, but not the count itself.
  return cudaSuccess;
}

extern "C" int ck_run_length(const int* x, int* code, int* count, int n, void* stream) {
  // TODO: where a pair stands depends on how many come before it.
  return cudaSuccess;
}

extern "C" int ck_majority(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction,
                           unsigned* disjunction, long long n, void* stream) {
  // TODO: write the truth table of the majority first.
  return cudaSuccess;
}

// On the host: no kernel, no stream.

extern "C" int ck_depthwise_cost(const int* layer, long long* cost, int layers) {
  // TODO: weights first; each weight is used once for each position of the output.
  return cudaSuccess;
}

extern "C" int ck_data_reuse(const int* layer, long long* accesses, int layers) {
  // TODO: how many multiply-accumulates are there, and which of their operands stay where they are?
  return cudaSuccess;
}
