// Another style: a kernel of its own for contiguous operands, two numbers a thread there, and one that follows strides for all others.
#include "ck/torch_op.h"

namespace {

constexpr unsigned BLOCK = 128;

struct Layout {
  int dims;
  int64_t size[4];
  int64_t gate[4], up[4], grad[4];
};

template <typename T>
struct Values {
  T t, s;
  __device__ Values(T gate, T beta) : t(beta * gate), s(1 / (1 + exp(-beta * gate))) {}
};

template <typename Stored, typename T = at::opmath_type<Stored>>
__device__ void one_forward(const Stored& gate, const Stored& up, Stored& out, T beta) {
  const T g = gate, u = up;
  out = g * u * Values<T>(g, beta).s;
}

template <typename Stored, typename T = at::opmath_type<Stored>>
__device__ void one_backward(const Stored& grad, const Stored& gate, const Stored& up, Stored& of_gate, Stored& of_up, T beta) {
  const T d = grad, g = gate, u = up;
  const Values<T> v(g, beta);
  of_up = d * (g * v.s);
  of_gate = d * u * (v.s * (1 + v.t * (1 - v.s)));
}

__device__ int64_t place_of(int64_t i, const Layout& l, const int64_t* strides) {
  int64_t place = 0;
  for (int d = l.dims - 1; d >= 0; --d) {
    place += i % l.size[d] * strides[d];
    i /= l.size[d];
  }
  return place;
}

template <typename Stored>
__global__ void forward_dense(const Stored* gate, const Stored* up, Stored* out, int64_t n, at::opmath_type<Stored> beta) {
  const int64_t first = blockIdx.x * int64_t(2 * BLOCK) + threadIdx.x;
  if (first < n) one_forward(gate[first], up[first], out[first], beta);
  if (first + BLOCK < n) one_forward(gate[first + BLOCK], up[first + BLOCK], out[first + BLOCK], beta);
}

template <typename Stored>
__global__ void forward_strided(const Stored* gate, const Stored* up, Stored* out, int64_t n, Layout l, at::opmath_type<Stored> beta) {
  const int64_t i = blockIdx.x * int64_t(BLOCK) + threadIdx.x;
  if (i < n) one_forward(gate[place_of(i, l, l.gate)], up[place_of(i, l, l.up)], out[i], beta);
}

template <typename Stored>
__global__ void backward_strided(const Stored* grad, const Stored* gate, const Stored* up, Stored* of_gate, Stored* of_up, int64_t n,
                                 Layout l, at::opmath_type<Stored> beta) {
  const int64_t i = blockIdx.x * int64_t(BLOCK) + threadIdx.x;
  if (i < n) one_backward(grad[place_of(i, l, l.grad)], gate[place_of(i, l, l.gate)], up[place_of(i, l, l.up)], of_gate[i], of_up[i], beta);
}

Layout layout(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& grad) {
  TORCH_CHECK(gate.dim() <= 4, "swiglu: too many dimensions");
  Layout l{int(gate.dim()), {}, {}, {}, {}};
  for (int d = 0; d < l.dims; ++d) {
    l.size[d] = gate.size(d);
    l.gate[d] = gate.stride(d);
    l.up[d] = up.stride(d);
    l.grad[d] = grad.stride(d);
  }
  return l;
}

unsigned blocks(int64_t n, unsigned each) { return unsigned((n + each - 1) / each); }

}  // namespace

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out) {
  const int64_t n = gate.numel();
  if (!n) return;
  auto stream = at::cuda::getCurrentCUDAStream();
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gate.scalar_type(), "swiglu_forward", [&] {
    const scalar_t *g = gate.const_data_ptr<scalar_t>(), *u = up.const_data_ptr<scalar_t>();
    if (gate.is_contiguous() && up.is_contiguous()) {
      forward_dense<scalar_t><<<blocks(n, 2 * BLOCK), BLOCK, 0, stream>>>(g, u, out.mutable_data_ptr<scalar_t>(), n, beta);
    } else {
      forward_strided<scalar_t>
          <<<blocks(n, BLOCK), BLOCK, 0, stream>>>(g, u, out.mutable_data_ptr<scalar_t>(), n, layout(gate, up, up), beta);
    }
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
}

void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up) {
  const int64_t n = gate.numel();
  if (!n) return;
  auto stream = at::cuda::getCurrentCUDAStream();
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gate.scalar_type(), "swiglu_backward", [&] {
    backward_strided<scalar_t><<<blocks(n, BLOCK), BLOCK, 0, stream>>>(
        grad.const_data_ptr<scalar_t>(), gate.const_data_ptr<scalar_t>(), up.const_data_ptr<scalar_t>(),
        grad_gate.mutable_data_ptr<scalar_t>(), grad_up.mutable_data_ptr<scalar_t>(), n, layout(gate, up, grad), beta);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
}
