// op.cu: the CUDA kernels of the operator and their launchers. The contract stands in ck/torch_op.h.
#include "ck/math.cuh"
#include "ck/torch_op.h"

namespace {

// TODO: your kernels. What does a thread need to know to find its number in a tensor with any strides?

}  // namespace

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out) {
  // TODO: launch one kernel on at::cuda::getCurrentCUDAStream(), with C10_CUDA_KERNEL_LAUNCH_CHECK(); behind it.
}

void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up) {
  // TODO: both gradients need the same numbers. grad has strides as well.
}
