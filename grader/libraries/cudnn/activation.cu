// Activation functions and their derivatives, which are computed from the input or from the output, whichever is closer at hand.
#include "descriptors.h"

struct cudnnActivationStruct {
  bool set = false;
  cudnnActivationMode_t mode = CUDNN_ACTIVATION_RELU;
  cudnnNanPropagation_t nan = CUDNN_NOT_PROPAGATE_NAN;
  double coef = 0.0;
};

namespace cudnn_standin {

struct Activation {
  cudnnActivationMode_t mode;
  bool nan;
  float coef;
};

__device__ float activated(const Activation& f, float x) {
  if (isnan(x) && f.nan) return x;
  switch (f.mode) {
    case CUDNN_ACTIVATION_SIGMOID: return 1.0f / (1.0f + expf(-x));
    case CUDNN_ACTIVATION_RELU: return fmaxf(x, 0.0f);
    case CUDNN_ACTIVATION_TANH: return tanhf(x);
    case CUDNN_ACTIVATION_CLIPPED_RELU: return fminf(fmaxf(x, 0.0f), f.coef);
    case CUDNN_ACTIVATION_ELU: return x > 0.0f ? x : f.coef * expm1f(x);
    default: return x;
  }
}

__device__ float slope(const Activation& f, float x, float y) {
  switch (f.mode) {
    case CUDNN_ACTIVATION_SIGMOID: return y * (1.0f - y);
    case CUDNN_ACTIVATION_RELU: return x > 0.0f ? 1.0f : 0.0f;
    case CUDNN_ACTIVATION_TANH: return 1.0f - y * y;
    case CUDNN_ACTIVATION_CLIPPED_RELU: return x > 0.0f && x < f.coef ? 1.0f : 0.0f;
    case CUDNN_ACTIVATION_ELU: return x > 0.0f ? 1.0f : y + f.coef;
    default: return 1.0f;
  }
}

__global__ void activation_forward(Activation f, int elements, const float* x, float* y, Scale scale) {
  for (long long i = first_index(); i < elements; i += index_stride()) store(y + i, activated(f, x[i]), scale);
}

__global__ void activation_backward(Activation f, int elements, const float* y, const float* dy, const float* x, float* dx, Scale scale) {
  for (long long i = first_index(); i < elements; i += index_stride()) store(dx + i, dy[i] * slope(f, x[i], y[i]), scale);
}

static Outcome activation_of(const cudnnActivationStruct* d, Activation* f) {
  TRY(known(d));
  if (d->mode == CUDNN_ACTIVATION_SWISH) return unsupported(Reason::mode);
  *f = {d->mode, d->nan == CUDNN_PROPAGATE_NAN, static_cast<float>(d->coef)};
  return {};
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t* descriptor) {
  return call(Function::cudnnCreateActivationDescriptor, __builtin_return_address(0), [&]() -> Outcome { return create(descriptor); });
}

cudnnStatus_t cudnnDestroyActivationDescriptor(cudnnActivationDescriptor_t descriptor) {
  return call(Function::cudnnDestroyActivationDescriptor, __builtin_return_address(0), [&]() -> Outcome { return destroy(descriptor); });
}

cudnnStatus_t cudnnSetActivationDescriptor(cudnnActivationDescriptor_t d, cudnnActivationMode_t mode, cudnnNanPropagation_t nan,
                                           double coef) {
  return call(Function::cudnnSetActivationDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    if (!within(mode, CUDNN_ACTIVATION_SWISH) || !within(nan, CUDNN_PROPAGATE_NAN)) return bad(Reason::value);
    *d = {true, mode, nan, coef};
    return {};
  });
}

cudnnStatus_t cudnnGetActivationDescriptor(const cudnnActivationDescriptor_t d, cudnnActivationMode_t* mode, cudnnNanPropagation_t* nan,
                                           double* coef) {
  return call(Function::cudnnGetActivationDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (!mode || !nan || !coef) return bad(Reason::null_result);
    *mode = d->mode;
    *nan = d->nan;
    *coef = d->coef;
    return {};
  });
}

cudnnStatus_t cudnnActivationForward(cudnnHandle_t handle, cudnnActivationDescriptor_t d, const void* alpha,
                                     const cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                     const cudnnTensorDescriptor_t y_desc, void* y) {
  return call(Function::cudnnActivationForward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Activation f;
    Tensor in, out;
    TRY(scale_of(alpha, beta, &scale));
    TRY(activation_of(d, &f));
    TRY(tensor_of(x_desc, &in));
    TRY(tensor_of(y_desc, &out));
    if (!(in == out)) return bad(Reason::shape);
    if (any_null(x, y)) return bad(Reason::null_data);
    if (shifted(x, y, in.elements())) return bad(Reason::overlap);
    return launch(handle, activation_forward, blocks_for(in.elements()), kThreads, f, in.elements(), static_cast<const float*>(x),
                  static_cast<float*>(y), scale);
  });
}

cudnnStatus_t cudnnActivationBackward(cudnnHandle_t handle, cudnnActivationDescriptor_t d, const void* alpha,
                                      const cudnnTensorDescriptor_t y_desc, const void* y, const cudnnTensorDescriptor_t dy_desc,
                                      const void* dy, const cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                      const cudnnTensorDescriptor_t dx_desc, void* dx) {
  return call(Function::cudnnActivationBackward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Activation f;
    Tensor out, out_gradient, in, in_gradient;
    TRY(scale_of(alpha, beta, &scale));
    TRY(activation_of(d, &f));
    TRY(tensor_of(y_desc, &out));
    TRY(tensor_of(dy_desc, &out_gradient));
    TRY(tensor_of(x_desc, &in));
    TRY(tensor_of(dx_desc, &in_gradient));
    if (!(in == out && out == out_gradient && in == in_gradient)) return bad(Reason::shape);
    if (any_null(y, dy, x, static_cast<const void*>(dx))) return bad(Reason::null_data);
    const int elements = in.elements();
    if (shifted(dy, dx, elements) || shifted(x, dx, elements) || shifted(y, dx, elements)) return bad(Reason::overlap);
    return launch(handle, activation_backward, blocks_for(elements), kThreads, f, elements, static_cast<const float*>(y),
                  static_cast<const float*>(dy), static_cast<const float*>(x), static_cast<float*>(dx), scale);
  });
}
