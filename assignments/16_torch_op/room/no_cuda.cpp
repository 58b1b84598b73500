// no_cuda.cpp: stands in for op.cu where op.cpp is compiled against a PyTorch that knows no CUDA. Nothing calls it: there are no CUDA
// tensors.
#include <stdexcept>

namespace at {
class Tensor;
}

void swiglu_forward_cuda(const at::Tensor&, const at::Tensor&, double, at::Tensor&) {
  throw std::runtime_error("swiglu: this build has no CUDA");
}

void swiglu_backward_cuda(const at::Tensor&, const at::Tensor&, const at::Tensor&, double, at::Tensor&, at::Tensor&) {
  throw std::runtime_error("swiglu: this build has no CUDA");
}
