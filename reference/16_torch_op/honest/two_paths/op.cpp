// The op.cpp of the reference, beside other kernels.
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

void check(const at::Tensor& a, const at::Tensor& b) {
  TORCH_CHECK(a.sizes() == b.sizes(), "swiglu: tensors must have the same shape, got ", a.sizes(), " and ", b.sizes());
  TORCH_CHECK(a.scalar_type() == b.scalar_type(), "swiglu: tensors must have the same type, got ", a.scalar_type(), " and ",
              b.scalar_type());
  TORCH_CHECK(a.device() == b.device(), "swiglu: tensors must be on the same device, got ", a.device(), " and ", b.device());
}

template <typename T>
T sigmoid(T t) {
  return T(1) / (T(1) + std::exp(-t));  // e^-t may be infinite: 1 / infinity is 0
}

at::Tensor forward_cpu(const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor out = at::empty(gate.sizes(), gate.options());
  check(gate, up);
  const at::Tensor g = gate.contiguous(), u = up.contiguous();
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gate.scalar_type(), "swiglu", [&] {
    using T = at::opmath_type<scalar_t>;
    const scalar_t *pg = g.const_data_ptr<scalar_t>(), *pu = u.const_data_ptr<scalar_t>();
    scalar_t* po = out.mutable_data_ptr<scalar_t>();
    for (int64_t i = 0; i < out.numel(); ++i) {
      const T x = pg[i];
      po[i] = x * sigmoid(T(beta) * x) * T(pu[i]);
    }
  });
  return out;
}

std::tuple<at::Tensor, at::Tensor> backward_cpu(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor grad_gate = at::empty(gate.sizes(), gate.options()), grad_up = at::empty(up.sizes(), up.options());
  check(gate, up);
  check(grad, gate);
  const at::Tensor d = grad.contiguous(), g = gate.contiguous(), u = up.contiguous();
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gate.scalar_type(), "swiglu_backward", [&] {
    using T = at::opmath_type<scalar_t>;
    const scalar_t *pd = d.const_data_ptr<scalar_t>(), *pg = g.const_data_ptr<scalar_t>(), *pu = u.const_data_ptr<scalar_t>();
    scalar_t *to_gate = grad_gate.mutable_data_ptr<scalar_t>(), *to_up = grad_up.mutable_data_ptr<scalar_t>();
    for (int64_t i = 0; i < grad_gate.numel(); ++i) {
      const T x = pg[i], t = T(beta) * x, s = sigmoid(t);
      to_gate[i] = T(pd[i]) * T(pu[i]) * s * (T(1) + t * (T(1) - s));
      to_up[i] = T(pd[i]) * x * s;
    }
  });
  return {grad_gate, grad_up};
}

at::Tensor forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor out = at::empty(gate.sizes(), gate.options());
  check(gate, up);
  swiglu_forward_cuda(gate, up, beta, out);
  return out;
}

std::tuple<at::Tensor, at::Tensor> backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta) {
  at::Tensor grad_gate = at::empty(gate.sizes(), gate.options()), grad_up = at::empty(up.sizes(), up.options());
  check(gate, up);
  check(grad, gate);
  swiglu_backward_cuda(grad, gate, up, beta, grad_gate, grad_up);
  return {grad_gate, grad_up};
}

}  // namespace

TORCH_LIBRARY(ck, m) {
  m.def("swiglu(Tensor gate, Tensor up, float beta=1.0) -> Tensor");
  m.def("swiglu_backward(Tensor grad, Tensor gate, Tensor up, float beta) -> (Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(ck, CPU, m) {
  m.impl("swiglu", &forward_cpu);
  m.impl("swiglu_backward", &backward_cpu);
}

TORCH_LIBRARY_IMPL(ck, CUDA, m) {
  m.impl("swiglu", &forward_cuda);
  m.impl("swiglu_backward", &backward_cuda);
}
