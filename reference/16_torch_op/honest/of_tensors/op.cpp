// Another style: no loop at all, PyTorch's own operations on whole tensors, in the wider type.
#include <ATen/ATen.h>
#include <ATen/OpMathType.h>
#include <torch/library.h>

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out);
void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up);

namespace {

void fit(at::TensorList tensors) {
  for (const at::Tensor& each : tensors) {
    TORCH_CHECK(at::isFloatingType(each.scalar_type()), "swiglu: floating-point tensors only");
    TORCH_CHECK(each.dtype() == tensors[0].dtype(), "swiglu: types differ");
    TORCH_CHECK(each.sizes() == tensors[0].sizes(), "swiglu: shapes differ");
    TORCH_CHECK(each.device() == tensors[0].device(), "swiglu: devices differ");
  }
}

at::Tensor wide(const at::Tensor& tensor) { return tensor.to(at::toOpMathType(tensor.scalar_type())); }

at::Tensor forward_cpu(const at::Tensor& gate, const at::Tensor& up, double beta) {
  fit({gate, up});
  const at::Tensor g = wide(gate);
  return (g * (g * beta).sigmoid() * wide(up)).to(gate.scalar_type()).contiguous();
}

std::tuple<at::Tensor, at::Tensor> backward_cpu(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta) {
  fit({grad, gate, up});
  const at::Tensor d = wide(grad), g = wide(gate), t = g * beta, s = t.sigmoid();
  const at::Tensor of_gate = d * wide(up) * s * (1 + t * (1 - s)), of_up = d * g * s;
  return {of_gate.to(gate.scalar_type()).contiguous(), of_up.to(up.scalar_type()).contiguous()};
}

at::Tensor forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta) {
  fit({gate, up});
  at::Tensor out = at::empty(gate.sizes(), gate.options());
  swiglu_forward_cuda(gate, up, beta, out);
  return out;
}

std::tuple<at::Tensor, at::Tensor> backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta) {
  fit({grad, gate, up});
  at::Tensor of_gate = at::empty(gate.sizes(), gate.options()), of_up = at::empty(up.sizes(), up.options());
  swiglu_backward_cuda(grad, gate, up, beta, of_gate, of_up);
  return {of_gate, of_up};
}

}  // namespace

TORCH_LIBRARY(ck, m) {
  m.def("swiglu(Tensor gate, Tensor up, float beta=1.0) -> Tensor");
  m.def("swiglu_backward(Tensor grad, Tensor gate, Tensor up, float beta) -> (Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(ck, CPU, m) {
  m.impl("swiglu", forward_cpu);
  m.impl("swiglu_backward", backward_cpu);
}

TORCH_LIBRARY_IMPL(ck, CUDA, m) {
  m.impl("swiglu", forward_cuda);
  m.impl("swiglu_backward", backward_cuda);
}
