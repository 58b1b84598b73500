// softmax_xent.cu: your softmax, loss and normalisation. The contract: ck/softmax_xent.h; the hand-out: README.md.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// TODO: your kernels, and what they have in common.

}  // namespace

extern "C" int ck_softmax_forward(const float* x, float* y, int B, int C, int ldx, int ldy, void* stream) {
  // TODO: launch on `stream` (a cudaStream_t), and write CK_CHECK_LAUNCH(); behind each launch.
  return cudaSuccess;
}

extern "C" int ck_softmax_xent(const float* x, const int* labels, float* loss, float* dx, int B, int C, int ldx, int lddx, void* stream) {
  // TODO: loss and gradient. Who adds up what the rows lose, and where does that sum start?
  return cudaSuccess;
}

extern "C" int ck_batchnorm_inference(const float* x, const float* mean, const float* var, const float* gamma, const float* beta, float* y,
                                      int N, int C, int H, int W, float eps, void* stream) {
  // TODO: the normalisation.
  return cudaSuccess;
}
