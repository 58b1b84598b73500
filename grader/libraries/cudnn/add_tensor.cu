// Two tensors element by element, where one may be stretched along dimensions of extent 1.
#include "descriptors.h"

struct cudnnOpTensorStruct {
  bool set = false;
  cudnnOpTensorOp_t op = CUDNN_OP_TENSOR_ADD;
  cudnnDataType_t compute = CUDNN_DATA_FLOAT;
  cudnnNanPropagation_t nan = CUDNN_NOT_PROPAGATE_NAN;
};

namespace cudnn_standin {

// Where an element of `whole` lies in a tensor that is stretched to its shape.
__device__ int stretched(int index, const Tensor& whole, const Tensor& part) {
  const int w = index % whole.w, h = index / whole.w % whole.h, c = index / whole.pixels() % whole.c,
            n = index / (whole.pixels() * whole.c);
  return (((part.n > 1 ? n : 0) * part.c + (part.c > 1 ? c : 0)) * part.h + (part.h > 1 ? h : 0)) * part.w + (part.w > 1 ? w : 0);
}

static bool stretches(const Tensor& part, const Tensor& whole) {
  const auto fits = [](int a, int b) { return a == b || a == 1; };
  return fits(part.n, whole.n) && fits(part.c, whole.c) && fits(part.h, whole.h) && fits(part.w, whole.w);
}

__global__ void add_tensor(Tensor a, const float* from, Tensor c, float* to, Scale scale) {
  for (long long i = first_index(); i < c.elements(); i += index_stride()) {
    const int index = static_cast<int>(i);
    store(to + index, from[stretched(index, c, a)], scale);
  }
}

__device__ float smaller(float a, float b, bool nan) { return nan && (isnan(a) || isnan(b)) ? a + b : fminf(a, b); }
__device__ float larger(float a, float b, bool nan) { return nan && (isnan(a) || isnan(b)) ? a + b : fmaxf(a, b); }

__global__ void op_tensor(cudnnOpTensorOp_t op, bool nan, Tensor whole, const float* a, float alpha1, Tensor part, const float* b,
                          float alpha2, float* c, Scale scale) {
  for (long long i = first_index(); i < whole.elements(); i += index_stride()) {
    const int index = static_cast<int>(i);
    const float x = alpha1 * a[index], y = b ? alpha2 * b[stretched(index, whole, part)] : 0.0f;
    float value = 0.0f;
    switch (op) {
      case CUDNN_OP_TENSOR_ADD: value = x + y; break;
      case CUDNN_OP_TENSOR_MUL: value = x * y; break;
      case CUDNN_OP_TENSOR_MIN: value = smaller(x, y, nan); break;
      case CUDNN_OP_TENSOR_MAX: value = larger(x, y, nan); break;
      case CUDNN_OP_TENSOR_SQRT: value = sqrtf(x); break;
      case CUDNN_OP_TENSOR_NOT: value = 1.0f - x; break;
    }
    store(c + index, value, scale);
  }
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnAddTensor(cudnnHandle_t handle, const void* alpha, const cudnnTensorDescriptor_t a_desc, const void* a, const void* beta,
                             const cudnnTensorDescriptor_t c_desc, void* c) {
  return call(Function::cudnnAddTensor, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Tensor part, whole;
    TRY(scale_of(alpha, beta, &scale));
    TRY(tensor_of(a_desc, &part));
    TRY(tensor_of(c_desc, &whole));
    if (!stretches(part, whole)) return bad(Reason::shape);
    if (any_null(a, c)) return bad(Reason::null_data);
    if (overlap(a, part.elements(), c, whole.elements()) && (a != c || !(part == whole))) return bad(Reason::overlap);
    return launch(handle, add_tensor, blocks_for(whole.elements()), kThreads, part, static_cast<const float*>(a), whole,
                  static_cast<float*>(c), scale);
  });
}

cudnnStatus_t cudnnCreateOpTensorDescriptor(cudnnOpTensorDescriptor_t* descriptor) {
  return call(Function::cudnnCreateOpTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome { return create(descriptor); });
}

cudnnStatus_t cudnnDestroyOpTensorDescriptor(cudnnOpTensorDescriptor_t descriptor) {
  return call(Function::cudnnDestroyOpTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome { return destroy(descriptor); });
}

cudnnStatus_t cudnnSetOpTensorDescriptor(cudnnOpTensorDescriptor_t d, cudnnOpTensorOp_t op, cudnnDataType_t compute,
                                         cudnnNanPropagation_t nan) {
  return call(Function::cudnnSetOpTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    if (!within(op, CUDNN_OP_TENSOR_NOT) || !is_type(compute) || !within(nan, CUDNN_PROPAGATE_NAN)) return bad(Reason::value);
    *d = {true, op, compute, nan};
    return {};
  });
}

cudnnStatus_t cudnnGetOpTensorDescriptor(const cudnnOpTensorDescriptor_t d, cudnnOpTensorOp_t* op, cudnnDataType_t* compute,
                                         cudnnNanPropagation_t* nan) {
  return call(Function::cudnnGetOpTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (!op || !compute || !nan) return bad(Reason::null_result);
    *op = d->op;
    *compute = d->compute;
    *nan = d->nan;
    return {};
  });
}

cudnnStatus_t cudnnOpTensor(cudnnHandle_t handle, const cudnnOpTensorDescriptor_t d, const void* alpha1,
                            const cudnnTensorDescriptor_t a_desc, const void* a, const void* alpha2, const cudnnTensorDescriptor_t b_desc,
                            const void* b, const void* beta, const cudnnTensorDescriptor_t c_desc, void* c) {
  return call(Function::cudnnOpTensor, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    TRY(known(d));
    if (d->compute != CUDNN_DATA_FLOAT) return unsupported(Reason::data_type);
    const bool alone = d->op == CUDNN_OP_TENSOR_SQRT || d->op == CUDNN_OP_TENSOR_NOT;
    Scale scale, second{0.0f, 0.0f};
    Tensor whole, part{1, 1, 1, 1}, result;
    TRY(scale_of(alpha1, beta, &scale));
    TRY(tensor_of(a_desc, &whole));
    TRY(tensor_of(c_desc, &result));
    if (!alone) {
      TRY(scale_of(alpha2, beta, &second));
      TRY(tensor_of(b_desc, &part));
    }
    if (!(whole == result) || !stretches(part, whole)) return bad(Reason::shape);
    if (any_null(a, c) || (!alone && !b)) return bad(Reason::null_data);
    if (shifted(a, c, whole.elements())) return bad(Reason::overlap);
    const bool in_place = b == c && part == whole;
    if (!alone && !in_place && overlap(b, part.elements(), c, whole.elements())) return bad(Reason::overlap);
    return launch(handle, op_tensor, blocks_for(whole.elements()), kThreads, d->op, d->nan == CUDNN_PROPAGATE_NAN, whole,
                  static_cast<const float*>(a), scale.alpha, part, alone ? nullptr : static_cast<const float*>(b), second.alpha,
                  static_cast<float*>(c), Scale{1.0f, scale.beta});
  });
}
