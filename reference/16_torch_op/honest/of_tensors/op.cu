// Another style: rows and columns. A block takes stretches of the innermost dimension, and walks the outer ones by division; everything is
// computed in double.
#include "ck/math.cuh"
#include "ck/torch_op.h"

namespace {

struct Operand {
  const void* data;
  int64_t stride[4];
};

struct Sizes {
  int64_t of[4];
};

template <int N>
struct Job {
  Sizes sizes;
  Operand operand[N];
  void* result[2];
  double beta;
};

template <class T>
__device__ double load(const Operand& operand, const int64_t* at) {
  const int64_t place = at[0] * operand.stride[0] + at[1] * operand.stride[1] + at[2] * operand.stride[2] + at[3] * operand.stride[3];
  return static_cast<const T*>(operand.data)[place];
}

// Block (x, row): 256 numbers of a row of the innermost dimension.
template <class T, int N>
__global__ void compute(Job<N> job) {
  const int64_t* size = job.sizes.of;
  int64_t at[4], row = blockIdx.x / ck::ceil_div(size[3], int64_t(256));
  at[3] = blockIdx.x % ck::ceil_div(size[3], int64_t(256)) * 256 + threadIdx.x;
  if (at[3] >= size[3]) return;
  const int64_t i = row * size[3] + at[3];
  at[2] = row % size[2];
  at[1] = row / size[2] % size[1];
  at[0] = row / size[2] / size[1];
  const double gate = load<T>(job.operand[0], at), up = load<T>(job.operand[1], at), s = 1 / (1 + exp(-job.beta * gate));
  if constexpr (N == 2) {
    static_cast<T*>(job.result[0])[i] = T(gate * s * up);
  } else {
    const double grad = load<T>(job.operand[2], at);
    static_cast<T*>(job.result[0])[i] = T(grad * up * s * (1 + job.beta * gate * (1 - s)));
    static_cast<T*>(job.result[1])[i] = T(grad * gate * s);
  }
}

template <int N>
void launch(const at::Tensor* const (&operands)[N], std::initializer_list<at::Tensor*> results, double beta) {
  const at::Tensor& first = *operands[0];
  if (first.numel() == 0) return;
  TORCH_CHECK(first.dim() <= 4, "swiglu: more than 4 dimensions");
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, first.scalar_type(), "swiglu", [&] {
    Job<N> job{{{1, 1, 1, 1}}, {}, {}, beta};
    const int64_t skipped = 4 - first.dim();
    for (int64_t d = skipped; d < 4; ++d) job.sizes.of[d] = first.size(d - skipped);
    for (int k = 0; k < N; ++k) {
      job.operand[k] = {operands[k]->template const_data_ptr<scalar_t>(), {0, 0, 0, 0}};
      for (int64_t d = skipped; d < 4; ++d) job.operand[k].stride[d] = operands[k]->stride(d - skipped);
    }
    int k = 0;
    for (at::Tensor* result : results) job.result[k++] = result->template mutable_data_ptr<scalar_t>();
    const int64_t rows = first.numel() / job.sizes.of[3];
    compute<scalar_t, N><<<rows * ck::ceil_div(job.sizes.of[3], int64_t(256)), 256, 0, at::cuda::getCurrentCUDAStream()>>>(job);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
}

}  // namespace

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out) {
  launch<2>({&gate, &up}, {&out}, beta);
}

void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up) {
  launch<3>({&gate, &up, &grad}, {&grad_gate, &grad_up}, beta);
}
