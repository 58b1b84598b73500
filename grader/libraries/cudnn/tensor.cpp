// Tensor and filter descriptors, and the checks of those that operations are given.
#include <cstdint>

#include "descriptors.h"

using namespace cudnn_standin;

namespace {

constexpr long long kMostElements = (1LL << 31) - 1;

bool positive(const int* values, int count) {
  for (int i = 0; i < count; ++i) {
    if (values[i] < 1) return false;
  }
  return true;
}

bool too_many(const int* extents, int count) {
  long long product = 1;
  for (int i = 0; i < count; ++i) {
    product *= extents[i];
    if (product > kMostElements) return true;
  }
  return false;
}

// Strides of a format without gaps.
void pack(cudnnTensorStruct* d, cudnnTensorFormat_t format) {
  int stride = 1;
  if (format == CUDNN_TENSOR_NHWC) {
    d->stride[1] = 1;
    stride = d->extent[1];
  }
  for (int i = d->count - 1; i >= 0; --i) {
    if (format == CUDNN_TENSOR_NHWC && i == 1) continue;
    d->stride[i] = stride;
    stride *= d->extent[i];
  }
}

// Nothing changes if something is wrong. `strides` NULL: packed.
Outcome set(cudnnTensorStruct* d, cudnnTensorFormat_t format, cudnnDataType_t type, int count, const int* extents, const int* strides) {
  if (!d) return bad(Reason::null_descriptor);
  if (!is_type(type) || !within(format, CUDNN_TENSOR_NCHW_VECT_C)) return bad(Reason::value);
  if (count < 1 || count > CUDNN_DIM_MAX) return bad(Reason::dimensions);
  if (!positive(extents, count) || (strides && !positive(strides, count))) return bad(Reason::extent);
  if (too_many(extents, count)) return unsupported(Reason::extent);
  if (format == CUDNN_TENSOR_NCHW_VECT_C) return unsupported(Reason::layout);
  *d = {};
  d->type = type;
  d->count = count;
  for (int i = 0; i < count; ++i) d->extent[i] = extents[i];
  if (strides) {
    for (int i = 0; i < count; ++i) d->stride[i] = strides[i];
  } else {
    pack(d, format);
  }
  d->set = true;
  return {};
}

Outcome set(cudnnFilterStruct* d, cudnnDataType_t type, cudnnTensorFormat_t format, int count, const int* extents) {
  if (!d) return bad(Reason::null_descriptor);
  if (!is_type(type) || !within(format, CUDNN_TENSOR_NCHW_VECT_C)) return bad(Reason::value);
  if (count < 3 || count > CUDNN_DIM_MAX) return bad(Reason::dimensions);
  if (!positive(extents, count)) return bad(Reason::extent);
  if (too_many(extents, count)) return unsupported(Reason::extent);
  *d = {};
  d->type = type;
  d->format = format;
  d->count = count;
  for (int i = 0; i < count; ++i) d->extent[i] = extents[i];
  d->set = true;
  return {};
}

template <class T>
void give(T* to, T value) {
  if (to) *to = value;
}

}  // namespace

namespace cudnn_standin {

Outcome tensor_of(const cudnnTensorStruct* d, Tensor* tensor) {
  TRY(known(d));
  if (d->type != CUDNN_DATA_FLOAT) return unsupported(Reason::data_type);
  if (d->count != 4) return unsupported(Reason::dimensions_served);
  int stride = 1;
  for (int i = 3; i >= 0; --i) {
    if (d->extent[i] > 1 && d->stride[i] != stride) return unsupported(Reason::layout);
    stride *= d->extent[i];
  }
  *tensor = {d->extent[0], d->extent[1], d->extent[2], d->extent[3]};
  return {};
}

Outcome filter_of(const cudnnFilterStruct* d, Tensor* filter) {
  TRY(known(d));
  if (d->type != CUDNN_DATA_FLOAT) return unsupported(Reason::data_type);
  if (d->format != CUDNN_TENSOR_NCHW) return unsupported(Reason::layout);
  if (d->count != 4) return unsupported(Reason::dimensions_served);
  *filter = {d->extent[0], d->extent[1], d->extent[2], d->extent[3]};
  return {};
}

Outcome scale_of(const void* alpha, const void* beta, Scale* scale) {
  if (!alpha || !beta) return bad(Reason::null_scale);
  *scale = {*static_cast<const float*>(alpha), *static_cast<const float*>(beta)};
  return {};
}

bool overlap(const void* one, size_t bytes, const void* other, size_t other_bytes) {
  const auto a = reinterpret_cast<uintptr_t>(one), b = reinterpret_cast<uintptr_t>(other);
  return a < b + other_bytes && b < a + bytes;
}

}  // namespace cudnn_standin

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* descriptor) {
  return call(Function::cudnnCreateTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome { return create(descriptor); });
}

cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t descriptor) {
  return call(Function::cudnnDestroyTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome { return destroy(descriptor); });
}

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t descriptor, cudnnTensorFormat_t format, cudnnDataType_t type, int n, int c,
                                         int h, int w) {
  return call(Function::cudnnSetTensor4dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    const int extents[] = {n, c, h, w};
    return set(descriptor, format, type, 4, extents, nullptr);
  });
}

cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t descriptor, cudnnDataType_t type, int n, int c, int h, int w,
                                           int n_stride, int c_stride, int h_stride, int w_stride) {
  return call(Function::cudnnSetTensor4dDescriptorEx, __builtin_return_address(0), [&]() -> Outcome {
    const int extents[] = {n, c, h, w}, strides[] = {n_stride, c_stride, h_stride, w_stride};
    return set(descriptor, CUDNN_TENSOR_NCHW, type, 4, extents, strides);
  });
}

cudnnStatus_t cudnnGetTensor4dDescriptor(const cudnnTensorDescriptor_t d, cudnnDataType_t* type, int* n, int* c, int* h, int* w,
                                         int* n_stride, int* c_stride, int* h_stride, int* w_stride) {
  return call(Function::cudnnGetTensor4dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (d->count != 4) return bad(Reason::dimensions);
    give(type, d->type);
    int* const extents[] = {n, c, h, w};
    int* const strides[] = {n_stride, c_stride, h_stride, w_stride};
    for (int i = 0; i < 4; ++i) {
      give(extents[i], d->extent[i]);
      give(strides[i], d->stride[i]);
    }
    return {};
  });
}

cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t descriptor, cudnnDataType_t type, int count, const int extents[],
                                         const int strides[]) {
  return call(Function::cudnnSetTensorNdDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (!extents || !strides) return bad(Reason::null_result);
    if (count < 3) return bad(Reason::dimensions);
    return set(descriptor, CUDNN_TENSOR_NCHW, type, count, extents, strides);
  });
}

cudnnStatus_t cudnnSetTensorNdDescriptorEx(cudnnTensorDescriptor_t descriptor, cudnnTensorFormat_t format, cudnnDataType_t type, int count,
                                           const int extents[]) {
  return call(Function::cudnnSetTensorNdDescriptorEx, __builtin_return_address(0), [&]() -> Outcome {
    if (!extents) return bad(Reason::null_result);
    if (count < 3) return bad(Reason::dimensions);
    return set(descriptor, format, type, count, extents, nullptr);
  });
}

cudnnStatus_t cudnnGetTensorNdDescriptor(const cudnnTensorDescriptor_t d, int requested, cudnnDataType_t* type, int* count, int extents[],
                                         int strides[]) {
  return call(Function::cudnnGetTensorNdDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (requested < 1 || requested > CUDNN_DIM_MAX) return bad(Reason::dimensions);
    if (any_null(type, count, extents, strides)) return bad(Reason::null_result);
    *type = d->type;
    *count = d->count;
    for (int i = 0; i < requested && i < d->count; ++i) {
      extents[i] = d->extent[i];
      strides[i] = d->stride[i];
    }
    return {};
  });
}

cudnnStatus_t cudnnGetTensorSizeInBytes(const cudnnTensorDescriptor_t d, size_t* bytes) {
  return call(Function::cudnnGetTensorSizeInBytes, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (!bytes) return bad(Reason::null_result);
    static constexpr size_t kBytes[] = {4, 8, 2, 1, 4, 4, 1, 4, 32, 2, 8, 1};  // by cudnnDataType_t
    size_t last = 0;
    for (int i = 0; i < d->count; ++i) last += static_cast<size_t>(d->extent[i] - 1) * static_cast<size_t>(d->stride[i]);
    *bytes = (last + 1) * kBytes[d->type];
    return {};
  });
}

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* descriptor) {
  return call(Function::cudnnCreateFilterDescriptor, __builtin_return_address(0), [&]() -> Outcome { return create(descriptor); });
}

cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t descriptor) {
  return call(Function::cudnnDestroyFilterDescriptor, __builtin_return_address(0), [&]() -> Outcome { return destroy(descriptor); });
}

cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t descriptor, cudnnDataType_t type, cudnnTensorFormat_t format, int k, int c,
                                         int h, int w) {
  return call(Function::cudnnSetFilter4dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    const int extents[] = {k, c, h, w};
    return set(descriptor, type, format, 4, extents);
  });
}

cudnnStatus_t cudnnGetFilter4dDescriptor(const cudnnFilterDescriptor_t d, cudnnDataType_t* type, cudnnTensorFormat_t* format, int* k,
                                         int* c, int* h, int* w) {
  return call(Function::cudnnGetFilter4dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (d->count != 4) return bad(Reason::dimensions);
    give(type, d->type);
    give(format, d->format);
    int* const extents[] = {k, c, h, w};
    for (int i = 0; i < 4; ++i) give(extents[i], d->extent[i]);
    return {};
  });
}

cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t descriptor, cudnnDataType_t type, cudnnTensorFormat_t format, int count,
                                         const int extents[]) {
  return call(Function::cudnnSetFilterNdDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (!extents) return bad(Reason::null_result);
    return set(descriptor, type, format, count, extents);
  });
}

cudnnStatus_t cudnnGetFilterNdDescriptor(const cudnnFilterDescriptor_t d, int requested, cudnnDataType_t* type, cudnnTensorFormat_t* format,
                                         int* count, int extents[]) {
  return call(Function::cudnnGetFilterNdDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (requested < 1 || requested > CUDNN_DIM_MAX) return bad(Reason::dimensions);
    if (any_null(type, count, extents) || !format) return bad(Reason::null_result);
    *type = d->type;
    *format = d->format;
    *count = d->count;
    for (int i = 0; i < requested && i < d->count; ++i) extents[i] = d->extent[i];
    return {};
  });
}
