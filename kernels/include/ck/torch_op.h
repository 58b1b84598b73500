// ck/torch_op.h: the contract of the CUDA side of assignment 16_torch_op. It is -include'd in front of op.cu, so a launcher with another
// signature is the compiler's own error on the student's line, or a launcher that can't be found.
//
// SwiGLU joins two tensors of the same shape, number by number. With t = beta * gate and s = 1 / (1 + e^-t):
//
//   swiglu_forward_cuda     out       <- gate * s * up
//   swiglu_backward_cuda    grad_gate <- grad * up * s * (1 + t * (1 - s))
//                           grad_up   <- grad * gate * s
//
//   gate, up, grad            tensors on the GPU, any strides (0 too), up to 4 dimensions; same type and same sizes
//   out, grad_gate, grad_up   the results: contiguous, of the same type and sizes, made by the caller; they overlap nothing
//   beta                      a number; the same for all
//
// Rules
//   - float, double, c10::Half and c10::BFloat16. The last two are computed in float (at::opmath_type) and rounded once, at the end.
//   - Numbers are finite, and so is beta * gate; it may be as large as it likes. sigmoid(-10000) is 0, not NaN.
//   - A launcher launches on at::cuda::getCurrentCUDAStream(), one kernel a call. It copies nothing and waits for nothing.
//   - Without numbers it does nothing.
//   - Errors are thrown: C10_CUDA_KERNEL_LAUNCH_CHECK() behind each launch, TORCH_CHECK elsewhere.
#pragma once
#include "ck/torch.h"

void swiglu_forward_cuda(const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& out);
void swiglu_backward_cuda(const at::Tensor& grad, const at::Tensor& gate, const at::Tensor& up, double beta, at::Tensor& grad_gate,
                          at::Tensor& grad_up);

#ifdef CK_EMULATED_TORCH
#include <cstdio>
#include <type_traits>

// How the grader calls them where there is no PyTorch: plain pointers and numbers come in, tensors go on. Sizes are A, B, C, D, of which
// the last `dims` count; strides of gate are g0 to g3, of up u0 to u3, of grad d0 to d3.
namespace ck {
namespace torch_op {

// The operator's type for a plain one of the C interface.
template <typename T>
struct Scalar {
  using type = T;
};
template <>
struct Scalar<__half> {
  using type = c10::Half;
};

template <typename T>
at::Tensor tensor(const T* data, int dims, const int64_t (&sizes)[4], const int64_t (&strides)[4]) {
  const at::ScalarType type = c10::CppTypeToScalarType<typename Scalar<T>::type>::value;
  return at::Tensor(const_cast<T*>(data), type, dims, sizes + 4 - dims, strides + 4 - dims);
}

template <typename T>
at::Tensor result(T* data, int dims, const int64_t (&sizes)[4]) {
  const int64_t strides[4] = {sizes[1] * sizes[2] * sizes[3], sizes[2] * sizes[3], sizes[3], 1};
  return tensor(data, dims, sizes, strides);
}

// Makes `stream` the current one for the time of a call; what is thrown becomes CUDA's error.
template <typename Call>
int on_stream(void* stream, Call call) {
  c10::cuda::detail::current() = static_cast<cudaStream_t>(stream);
  int code = cudaSuccess;
  try {
    call();
  } catch (const c10::Error& error) {
    fprintf(stderr, "%s\n", error.what());
    code = error.code;
  }
  c10::cuda::detail::current() = nullptr;
  return code;
}

template <typename T>
int forward(const T* gate, const T* up, T* out, int dims, const int64_t (&sizes)[4], const int64_t (&g)[4], const int64_t (&u)[4],
            double beta, void* stream) {
  return on_stream(stream, [&] {
    at::Tensor result_out = result(out, dims, sizes);
    swiglu_forward_cuda(tensor(gate, dims, sizes, g), tensor(up, dims, sizes, u), beta, result_out);
  });
}

template <typename T>
int backward(const T* grad, const T* gate, const T* up, T* grad_gate, T* grad_up, int dims, const int64_t (&sizes)[4],
             const int64_t (&d)[4], const int64_t (&g)[4], const int64_t (&u)[4], double beta, void* stream) {
  return on_stream(stream, [&] {
    at::Tensor of_gate = result(grad_gate, dims, sizes), of_up = result(grad_up, dims, sizes);
    swiglu_backward_cuda(tensor(grad, dims, sizes, d), tensor(gate, dims, sizes, g), tensor(up, dims, sizes, u), beta, of_gate, of_up);
  });
}

}  // namespace torch_op
}  // namespace ck

extern "C" {
int ck_swiglu_forward(const float* gate, const float* up, float* out, int dims, long long A, long long B, long long C, long long D,
                      long long g0, long long g1, long long g2, long long g3, long long u0, long long u1, long long u2, long long u3,
                      double beta, void* stream);
int ck_swiglu_backward(const float* grad, const float* gate, const float* up, float* grad_gate, float* grad_up, int dims, long long A,
                       long long B, long long C, long long D, long long d0, long long d1, long long d2, long long d3, long long g0,
                       long long g1, long long g2, long long g3, long long u0, long long u1, long long u2, long long u3, double beta,
                       void* stream);
int ck_swiglu_forward_f64(const double* gate, const double* up, double* out, int dims, long long A, long long B, long long C, long long D,
                          long long g0, long long g1, long long g2, long long g3, long long u0, long long u1, long long u2, long long u3,
                          double beta, void* stream);
int ck_swiglu_backward_f64(const double* grad, const double* gate, const double* up, double* grad_gate, double* grad_up, int dims,
                           long long A, long long B, long long C, long long D, long long d0, long long d1, long long d2, long long d3,
                           long long g0, long long g1, long long g2, long long g3, long long u0, long long u1, long long u2, long long u3,
                           double beta, void* stream);
int ck_swiglu_forward_f16(const __half* gate, const __half* up, __half* out, int dims, long long A, long long B, long long C, long long D,
                          long long g0, long long g1, long long g2, long long g3, long long u0, long long u1, long long u2, long long u3,
                          double beta, void* stream);
int ck_swiglu_backward_f16(const __half* grad, const __half* gate, const __half* up, __half* grad_gate, __half* grad_up, int dims,
                           long long A, long long B, long long C, long long D, long long d0, long long d1, long long d2, long long d3,
                           long long g0, long long g1, long long g2, long long g3, long long u0, long long u1, long long u2, long long u3,
                           double beta, void* stream);
}

extern "C" int ck_swiglu_forward(const float* gate, const float* up, float* out, int dims, long long A, long long B, long long C,
                                 long long D, long long g0, long long g1, long long g2, long long g3, long long u0, long long u1,
                                 long long u2, long long u3, double beta, void* stream) {
  return ck::torch_op::forward(gate, up, out, dims, {A, B, C, D}, {g0, g1, g2, g3}, {u0, u1, u2, u3}, beta, stream);
}

extern "C" int ck_swiglu_backward(const float* grad, const float* gate, const float* up, float* grad_gate, float* grad_up, int dims,
                                  long long A, long long B, long long C, long long D, long long d0, long long d1, long long d2,
                                  long long d3, long long g0, long long g1, long long g2, long long g3, long long u0, long long u1,
                                  long long u2, long long u3, double beta, void* stream) {
  return ck::torch_op::backward(grad, gate, up, grad_gate, grad_up, dims, {A, B, C, D}, {d0, d1, d2, d3}, {g0, g1, g2, g3},
                                {u0, u1, u2, u3}, beta, stream);
}

extern "C" int ck_swiglu_forward_f64(const double* gate, const double* up, double* out, int dims, long long A, long long B, long long C,
                                     long long D, long long g0, long long g1, long long g2, long long g3, long long u0, long long u1,
                                     long long u2, long long u3, double beta, void* stream) {
  return ck::torch_op::forward(gate, up, out, dims, {A, B, C, D}, {g0, g1, g2, g3}, {u0, u1, u2, u3}, beta, stream);
}

extern "C" int ck_swiglu_backward_f64(const double* grad, const double* gate, const double* up, double* grad_gate, double* grad_up,
                                      int dims, long long A, long long B, long long C, long long D, long long d0, long long d1,
                                      long long d2, long long d3, long long g0, long long g1, long long g2, long long g3, long long u0,
                                      long long u1, long long u2, long long u3, double beta, void* stream) {
  return ck::torch_op::backward(grad, gate, up, grad_gate, grad_up, dims, {A, B, C, D}, {d0, d1, d2, d3}, {g0, g1, g2, g3},
                                {u0, u1, u2, u3}, beta, stream);
}

extern "C" int ck_swiglu_forward_f16(const __half* gate, const __half* up, __half* out, int dims, long long A, long long B, long long C,
                                     long long D, long long g0, long long g1, long long g2, long long g3, long long u0, long long u1,
                                     long long u2, long long u3, double beta, void* stream) {
  return ck::torch_op::forward(gate, up, out, dims, {A, B, C, D}, {g0, g1, g2, g3}, {u0, u1, u2, u3}, beta, stream);
}

extern "C" int ck_swiglu_backward_f16(const __half* grad, const __half* gate, const __half* up, __half* grad_gate, __half* grad_up,
                                      int dims, long long A, long long B, long long C, long long D, long long d0, long long d1,
                                      long long d2, long long d3, long long g0, long long g1, long long g2, long long g3, long long u0,
                                      long long u1, long long u2, long long u3, double beta, void* stream) {
  return ck::torch_op::backward(grad, gate, up, grad_gate, grad_up, dims, {A, B, C, D}, {d0, d1, d2, d3}, {g0, g1, g2, g3},
                                {u0, u1, u2, u3}, beta, stream);
}
#endif
