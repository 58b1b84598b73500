// Another style: walks the tensors by their strides, and copies nothing.
#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <torch/library.h>

#include <vector>

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out);
void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up);

using at::Tensor;

static void same(const Tensor& a, const Tensor& b) {
  TORCH_CHECK(a.sizes().equals(b.sizes()) && a.dtype() == b.dtype() && a.device() == b.device(), "swiglu: operands differ");
}

// Calls visit(i, places) for each index in order; places are those of number i in each tensor.
template <class Visit>
static void walk(std::vector<Tensor> tensors, Visit visit) {
  const auto sizes = tensors[0].sizes();
  std::vector<int64_t> index(sizes.size(), 0), place(tensors.size(), 0);
  for (int64_t i = 0; i < tensors[0].numel(); ++i) {
    visit(i, place);
    for (int64_t d = int64_t(sizes.size()) - 1; d >= 0; --d) {
      for (size_t k = 0; k < tensors.size(); ++k) place[k] += tensors[k].stride(d);
      if (++index[d] < sizes[d]) break;
      for (size_t k = 0; k < tensors.size(); ++k) place[k] -= sizes[d] * tensors[k].stride(d);
      index[d] = 0;
    }
  }
}

static Tensor forward_cpu(const Tensor& gate, const Tensor& up, double beta) {
  same(gate, up);
  Tensor out = at::empty_like(gate, at::MemoryFormat::Contiguous);
  AT_DISPATCH_FLOATING_TYPES_AND2(at::ScalarType::Half, at::ScalarType::BFloat16, gate.scalar_type(), "swiglu", [&] {
    const auto *g = gate.data_ptr<scalar_t>(), *u = up.data_ptr<scalar_t>();
    auto* o = out.data_ptr<scalar_t>();
    walk({gate, up}, [&](int64_t i, const std::vector<int64_t>& place) {
      const double x = g[place[0]], y = u[place[1]];  // in double: more than enough for all
      o[i] = scalar_t(x / (1 + std::exp(-beta * x)) * y);
    });
  });
  return out;
}

static std::tuple<Tensor, Tensor> backward_cpu(const Tensor& grad, const Tensor& gate, const Tensor& up, double beta) {
  same(gate, up);
  same(gate, grad);
  Tensor to_gate = at::empty_like(gate, at::MemoryFormat::Contiguous), to_up = at::empty_like(to_gate);
  AT_DISPATCH_FLOATING_TYPES_AND2(at::ScalarType::Half, at::ScalarType::BFloat16, gate.scalar_type(), "swiglu_backward", [&] {
    const auto *d = grad.data_ptr<scalar_t>(), *g = gate.data_ptr<scalar_t>(), *u = up.data_ptr<scalar_t>();
    auto *a = to_gate.data_ptr<scalar_t>(), *b = to_up.data_ptr<scalar_t>();
    walk({gate, up, grad}, [&](int64_t i, const std::vector<int64_t>& place) {
      const double x = g[place[0]], y = u[place[1]], dy = d[place[2]];
      const double s = 1 / (1 + std::exp(-beta * x));
      a[i] = scalar_t(dy * y * (s + beta * x * s * (1 - s)));
      b[i] = scalar_t(dy * x * s);
    });
  });
  return std::make_tuple(to_gate, to_up);
}

static Tensor forward_gpu(const Tensor& gate, const Tensor& up, double beta) {
  same(gate, up);
  Tensor out = at::empty_like(gate, at::MemoryFormat::Contiguous);
  swiglu_forward_cuda(gate, up, beta, out);
  return out;
}

static std::tuple<Tensor, Tensor> backward_gpu(const Tensor& grad, const Tensor& gate, const Tensor& up, double beta) {
  same(gate, up);
  same(gate, grad);
  Tensor to_gate = at::empty_like(gate, at::MemoryFormat::Contiguous), to_up = at::empty_like(to_gate);
  swiglu_backward_cuda(grad, gate, up, beta, to_gate, to_up);
  return std::make_tuple(to_gate, to_up);
}

TORCH_LIBRARY(ck, library) {
  library.def("swiglu(Tensor gate, Tensor up, float beta=1.0) -> Tensor");
  library.def("swiglu_backward(Tensor grad, Tensor gate, Tensor up, float beta) -> (Tensor, Tensor)");
  library.impl("swiglu", torch::dispatch(c10::DispatchKey::CPU, TORCH_FN(forward_cpu)));
  library.impl("swiglu_backward", torch::dispatch(c10::DispatchKey::CPU, TORCH_FN(backward_cpu)));
  library.impl("swiglu", torch::dispatch(c10::DispatchKey::CUDA, TORCH_FN(forward_gpu)));
  library.impl("swiglu_backward", torch::dispatch(c10::DispatchKey::CUDA, TORCH_FN(backward_gpu)));
}
