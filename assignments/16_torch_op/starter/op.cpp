// op.cpp: the operators' schemas, their kernels for the CPU, and what PyTorch calls for tensors on a GPU.
#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <cmath>
#include <tuple>

// In op.cu. Where PyTorch knows no CUDA, no_cuda.cpp stands in for them.
void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out);
void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up);

namespace {

// TODO: what do all kernels have to refuse, whatever the device? TORCH_CHECK(condition, "…") throws a RuntimeError.

at::Tensor forward_cpu(const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor out = at::empty(gate.sizes(), gate.options());
  // TODO: AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, …) compiles a function for each type, scalar_t.
  return out;
}

std::tuple<at::Tensor, at::Tensor> backward_cpu(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor grad_gate = at::empty(gate.sizes(), gate.options()), grad_up = at::empty(up.sizes(), up.options());
  // TODO: grad comes from autograd, with whatever strides it has.
  return {grad_gate, grad_up};
}

at::Tensor forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor out = at::empty(gate.sizes(), gate.options());
  // TODO: the same checks, and swiglu_forward_cuda of op.cu.
  return out;
}

std::tuple<at::Tensor, at::Tensor> backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor grad_gate = at::empty(gate.sizes(), gate.options()), grad_up = at::empty(up.sizes(), up.options());
  // TODO: the same checks, and swiglu_backward_cuda.
  return {grad_gate, grad_up};
}

}  // namespace

// TODO: TORCH_LIBRARY(ck, m) defines the two schemas, TORCH_LIBRARY_IMPL(ck, CPU, m) and (ck, CUDA, m) their kernels.
