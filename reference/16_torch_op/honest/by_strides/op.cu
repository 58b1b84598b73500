// Another style: a grid that strides, sizes and strides in arrays of the launch, no merging of dimensions.
#include "ck/torch_op.h"

struct Shape {
  int dims;
  long long size[4];
};

struct Strides {
  long long of[4];
};

static Shape shape_of(const at::Tensor& tensor) {
  TORCH_CHECK(tensor.dim() <= 4, "swiglu: at most 4 dimensions, not ", tensor.dim());
  Shape shape{int(tensor.dim()), {}};
  for (int i = 0; i < shape.dims; ++i) shape.size[i] = tensor.sizes()[i];
  return shape;
}

static Strides strides_of(const at::Tensor& tensor) {
  Strides strides{};
  for (int i = 0; i < tensor.dim(); ++i) strides.of[i] = tensor.strides()[i];
  return strides;
}

__device__ void index_of(long long i, const Shape& shape, long long* index) {
  for (int d = shape.dims - 1; d >= 0; --d) {
    index[d] = i % shape.size[d];
    i /= shape.size[d];
  }
}

__device__ long long at_index(const long long* index, const Shape& shape, const Strides& strides) {
  long long place = 0;
  for (int d = 0; d < shape.dims; ++d) place += index[d] * strides.of[d];
  return place;
}

template <class Stored>
__global__ void forward_kernel(const Stored* gate, const Stored* up, Stored* out, long long n, Shape shape, Strides g, Strides u,
                               double beta) {
  using Computed = at::opmath_type<Stored>;
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += (long long)gridDim.x * blockDim.x) {
    long long index[4];
    index_of(i, shape, index);
    const Computed x = gate[at_index(index, shape, g)], y = up[at_index(index, shape, u)];
    out[i] = x / (Computed(1) + exp(-Computed(beta) * x)) * y;
  }
}

template <class Stored>
__global__ void backward_kernel(const Stored* grad, const Stored* gate, const Stored* up, Stored* to_gate, Stored* to_up, long long n,
                                Shape shape, Strides d, Strides g, Strides u, double beta) {
  using Computed = at::opmath_type<Stored>;
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += (long long)gridDim.x * blockDim.x) {
    long long index[4];
    index_of(i, shape, index);
    const Computed dy = grad[at_index(index, shape, d)], x = gate[at_index(index, shape, g)], y = up[at_index(index, shape, u)];
    const Computed t = Computed(beta) * x, s = Computed(1) / (Computed(1) + exp(-t));
    to_up[i] = dy * (x * s);
    to_gate[i] = dy * y * (s + t * s * (Computed(1) - s));
  }
}

static unsigned blocks_for(long long n) {
  const long long blocks = (n + 127) / 128;
  return unsigned(blocks < 4096 ? blocks : 4096);
}

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out) {
  if (out.numel() > 0) {
    const cudaStream_t stream = at::cuda::getCurrentCUDAStream();
    AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gate.scalar_type(), "swiglu", [&] {
      forward_kernel<<<blocks_for(out.numel()), 128, 0, stream>>>(gate.data_ptr<scalar_t>(), up.data_ptr<scalar_t>(),
                                                                  out.data_ptr<scalar_t>(), (long long)out.numel(), shape_of(gate),
                                                                  strides_of(gate), strides_of(up), beta);
    });
    C10_CUDA_CHECK(cudaGetLastError());
  }
}

void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up) {
  if (grad_up.numel() > 0) {
    const cudaStream_t stream = at::cuda::getCurrentCUDAStream();
    AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, gate.scalar_type(), "swiglu_backward", [&] {
      backward_kernel<<<blocks_for(grad.numel()), 128, 0, stream>>>(
          grad.data_ptr<scalar_t>(), gate.data_ptr<scalar_t>(), up.data_ptr<scalar_t>(), grad_gate.data_ptr<scalar_t>(),
          grad_up.data_ptr<scalar_t>(), (long long)grad.numel(), shape_of(gate), strides_of(grad), strides_of(gate), strides_of(up), beta);
    });
    C10_CUDA_CHECK(cudaGetLastError());
  }
}
