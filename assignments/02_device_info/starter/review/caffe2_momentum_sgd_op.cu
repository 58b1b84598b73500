// In the manner of Caffe2: one step of gradient descent with momentum. Read it; it isn't compiled here.
#include "caffe2/core/context_gpu.h"
#include "caffe2/sgd/momentum_sgd_op.h"

namespace caffe2 {
namespace {

// m <- momentum * m + lr * g, and the parameters go down by it.
__global__ void MomentumSGDKernel(const int N, const float* g, float* m, const float* lr, const float momentum, float* param) {
  const float LR = lr[0];
  CUDA_1D_KERNEL_LOOP(i, N) {
    const float adjusted = momentum * m[i] + LR * g[i];
    m[i] = adjusted;
    param[i] -= adjusted;
  }
}

__global__ void WeightDecayKernel(const int N, const float decay, const float* param, float* g) {
  CUDA_1D_KERNEL_LOOP(i, N) {
    g[i] += decay * param[i];
  }
}

}  // namespace

template <>
bool MomentumSGDUpdateOp<float, CUDAContext>::RunOnDevice() {
  auto& gradient = Input(GRAD);
  const int N = gradient.size();
  CAFFE_ENFORCE_EQ(Input(LR).size(), 1);
  CAFFE_ENFORCE_EQ(Input(MOMENTUM).size(), N);
  // Each output shares its memory with the input of the same role.
  Output(OUTPUT_GRAD)->ResizeLike(gradient);
  Output(OUTPUT_MOMENTUM)->ResizeLike(Input(MOMENTUM));
  if (decay_ > 0) {
    WeightDecayKernel<<<CAFFE_GET_BLOCKS(N), CAFFE_CUDA_NUM_THREADS, 0, context_.cuda_stream()>>>(
        N, decay_, Input(PARAM).data<float>(), Output(OUTPUT_GRAD)->mutable_data<float>());
  }
  MomentumSGDKernel
      <<<CAFFE_GET_BLOCKS(N), CAFFE_CUDA_NUM_THREADS>>>(
          N, Output(OUTPUT_GRAD)->data<float>(), Output(OUTPUT_MOMENTUM)->mutable_data<float>(), Input(LR).data<float>(), momentum_,
          Output(OUTPUT_PARAM)->mutable_data<float>());
  return true;
}

REGISTER_CUDA_OPERATOR(MomentumSGDUpdate, MomentumSGDUpdateOp<float, CUDAContext>);

}  // namespace caffe2
