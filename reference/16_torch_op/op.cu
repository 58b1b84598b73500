// BEGIN SOLUTION op.cu: the CUDA kernels of the operator and their launchers. The contract stands in ck/torch_op.h.
// op.cu: the reference. One kernel forward and one backward for every type and all strides: dimensions that lie behind each other are
// merged first, so that a contiguous tensor is one dimension and the half of a split tensor is two.
// END SOLUTION
#include "ck/math.cuh"
#include "ck/torch_op.h"

namespace {

// BEGIN SOLUTION TODO: your kernels. What does a thread need to know to find its number in a tensor with any strides?
constexpr int THREADS = 256;
constexpr int MAX_DIMS = 4;

// How to walk through N tensors of the same sizes at once; the last dimension is the fastest.
template <int N>
struct Walk {
  int dims = 0;
  int64_t size[MAX_DIMS], stride[N][MAX_DIMS];
};

// Sizes 1 are dropped, and a dimension joins the one to its right if all tensors step over them as over one.
template <int N>
Walk<N> walk(const at::Tensor* const (&tensors)[N]) {
  TORCH_CHECK(tensors[0]->dim() <= MAX_DIMS, "swiglu: at most ", MAX_DIMS, " dimensions");
  Walk<N> w;
  for (int64_t i = 0; i < tensors[0]->dim(); ++i) {
    const int64_t size = tensors[0]->size(i);
    if (size == 1) continue;
    bool joins = w.dims > 0;
    for (int k = 0; joins && k < N; ++k) joins = w.stride[k][w.dims - 1] == size * tensors[k]->stride(i);
    if (!joins) w.size[w.dims++] = 1;
    w.size[w.dims - 1] *= size;
    for (int k = 0; k < N; ++k) w.stride[k][w.dims - 1] = tensors[k]->stride(i);
  }
  return w;
}

// Number i of the tensors, counted as if they were contiguous -> where it lies in each.
template <int N>
__device__ void places(const Walk<N>& w, int64_t i, int64_t (&place)[N]) {
#pragma unroll
  for (int k = 0; k < N; ++k) place[k] = 0;
#pragma unroll
  for (int d = MAX_DIMS - 1; d > 0; --d) {
    if (d >= w.dims) continue;
    const int64_t rest = i / w.size[d], index = i - rest * w.size[d];
#pragma unroll
    for (int k = 0; k < N; ++k) place[k] += index * w.stride[k][d];
    i = rest;
  }
#pragma unroll
  for (int k = 0; k < N; ++k)
    if (w.dims > 0) place[k] += i * w.stride[k][0];
}

template <typename T>
__device__ T sigmoid(T t) {
  return T(1) / (T(1) + exp(-t));  // e^-t may be infinite: 1 / infinity is 0
}

template <typename scalar_t>
__global__ void __launch_bounds__(THREADS)
    forward(const scalar_t* gate, const scalar_t* up, scalar_t* out, int64_t n, Walk<2> w, at::opmath_type<scalar_t> beta) {
  using T = at::opmath_type<scalar_t>;
  const int64_t i = blockIdx.x * int64_t(THREADS) + threadIdx.x;
  if (i >= n) return;
  int64_t place[2];
  places(w, i, place);
  const T g = gate[place[0]], u = up[place[1]];
  out[i] = g * sigmoid(beta * g) * u;
}

template <typename scalar_t>
__global__ void __launch_bounds__(THREADS) backward(const scalar_t* grad, const scalar_t* gate, const scalar_t* up, scalar_t* grad_gate,
                                                    scalar_t* grad_up, int64_t n, Walk<3> w, at::opmath_type<scalar_t> beta) {
  using T = at::opmath_type<scalar_t>;
  const int64_t i = blockIdx.x * int64_t(THREADS) + threadIdx.x;
  if (i >= n) return;
  int64_t place[3];
  places(w, i, place);
  const T d = grad[place[0]], g = gate[place[1]], u = up[place[2]];
  const T t = beta * g, s = sigmoid(t);
  grad_gate[i] = d * u * s * (T(1) + t * (T(1) - s));
  grad_up[i] = d * g * s;
}
// END SOLUTION

}  // namespace

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out) {
  // BEGIN SOLUTION TODO: launch one kernel on at::cuda::getCurrentCUDAStream(), with C10_CUDA_KERNEL_LAUNCH_CHECK(); behind it.
  const int64_t n = out.numel();
  if (n == 0) return;
  const Walk<2> w = walk<2>({&gate, &up});
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, out.scalar_type(), "swiglu_forward_cuda", [&] {
    forward<scalar_t><<<ck::ceil_div(n, THREADS), THREADS, 0, at::cuda::getCurrentCUDAStream()>>>(
        gate.const_data_ptr<scalar_t>(), up.const_data_ptr<scalar_t>(), out.mutable_data_ptr<scalar_t>(), n, w, beta);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
  // END SOLUTION
}

void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up) {
  // BEGIN SOLUTION TODO: both gradients need the same numbers. grad has strides as well.
  const int64_t n = grad_up.numel();
  if (n == 0) return;
  const Walk<3> w = walk<3>({&grad, &gate, &up});
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, grad_up.scalar_type(), "swiglu_backward_cuda", [&] {
    backward<scalar_t><<<ck::ceil_div(n, THREADS), THREADS, 0, at::cuda::getCurrentCUDAStream()>>>(
        grad.const_data_ptr<scalar_t>(), gate.const_data_ptr<scalar_t>(), up.const_data_ptr<scalar_t>(),
        grad_gate.mutable_data_ptr<scalar_t>(), grad_up.mutable_data_ptr<scalar_t>(), n, w, beta);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
  // END SOLUTION
}
