// Convolution descriptors, what a convolution's tensors must look like, and which algorithms there are.
#include "descriptors.h"

using namespace cudnn_standin;

namespace {

Outcome set(cudnnConvolutionStruct* d, int count, const int* pad, const int* stride, const int* dilation, cudnnConvolutionMode_t mode,
            cudnnDataType_t compute) {
  if (!d) return bad(Reason::null_descriptor);
  if (count < 1 || count > CUDNN_DIM_MAX - 2) return bad(Reason::dimensions);
  if (!within(mode, CUDNN_CROSS_CORRELATION) || !is_type(compute)) return bad(Reason::value);
  for (int i = 0; i < count; ++i) {
    if (pad[i] < 0 || stride[i] < 1 || dilation[i] < 1) return bad(Reason::value);
  }
  for (int i = 0; i < count; ++i) {
    d->pad[i] = pad[i];
    d->stride[i] = stride[i];
    d->dilation[i] = dilation[i];
  }
  d->count = count;
  d->mode = mode;
  d->compute = compute;
  d->set = true;  // group count and math type stay as they are
  return {};
}

// Of one dimension; 0 if the window doesn't fit.
int output_extent(int input, int window, int pad, int stride, int dilation) {
  const long long span = static_cast<long long>(window - 1) * dilation + 1, padded = input + 2LL * pad;
  return padded < span ? 0 : static_cast<int>((padded - span) / stride + 1);
}

size_t floats(long long count) { return sizeof(float) * static_cast<size_t>(count); }

// The results of a ..._v7 function: those that are served first, best first, the others with a status that says so.
template <class Perf, class Algorithm, size_t N>
Outcome list(const Convolution& c, const Algorithm (&algorithms)[N], const cudnnConvolutionStruct& d,
             Outcome (*workspace)(const Convolution&, Algorithm, size_t*), int requested, int* returned, Perf* results) {
  if (!returned || !results) return bad(Reason::null_result);
  if (requested < 1) return bad(Reason::value);
  *returned = 0;
  for (const Algorithm algorithm : algorithms) {
    if (*returned == requested) break;
    Perf& perf = results[(*returned)++];
    perf = {};
    perf.algo = algorithm;
    perf.time = -1;
    perf.determinism = CUDNN_DETERMINISTIC;
    perf.mathType = d.math;
    perf.status = workspace(c, algorithm, &perf.memory).status;
    if (perf.status != CUDNN_STATUS_SUCCESS) perf.memory = 0;
  }
  return {};
}

constexpr cudnnConvolutionFwdAlgo_t kForward[] = {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_GEMM,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_FFT,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING,
                                                  CUDNN_CONVOLUTION_FWD_ALGO_DIRECT};
constexpr cudnnConvolutionBwdDataAlgo_t kBackwardData[] = {
    CUDNN_CONVOLUTION_BWD_DATA_ALGO_1,          CUDNN_CONVOLUTION_BWD_DATA_ALGO_0,
    CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD,   CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED,
    CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING, CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT};
constexpr cudnnConvolutionBwdFilterAlgo_t kBackwardFilter[] = {
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1,       CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3,       CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT,     CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD};

Outcome max_count(cudnnHandle_t handle, int* count, int value) {
  if (!handle) return bad(Reason::null_handle);
  if (!count) return bad(Reason::null_result);
  *count = value;
  return {};
}

}  // namespace

namespace cudnn_standin {

Outcome convolution_output(const cudnnConvolutionStruct* d, const Tensor& x, const Tensor& w, Tensor* y) {
  if (x.c != static_cast<long long>(w.c) * d->groups || w.n % d->groups != 0) return bad(Reason::groups);
  *y = {x.n, w.n, output_extent(x.h, w.h, d->pad[0], d->stride[0], d->dilation[0]),
        output_extent(x.w, w.w, d->pad[1], d->stride[1], d->dilation[1])};
  return y->h < 1 || y->w < 1 ? bad(Reason::window) : Outcome{};
}

Outcome convolution_of(const cudnnTensorStruct* x, const cudnnFilterStruct* w, const cudnnConvolutionStruct* d, const cudnnTensorStruct* y,
                       Convolution* c) {
  if (any_null(x, y) || !w || !d) return bad(Reason::null_descriptor);
  TRY(tensor_of(x, &c->x));
  TRY(filter_of(w, &c->w));
  TRY(tensor_of(y, &c->y));
  TRY(known(d));
  if (d->count != 2) return bad(Reason::dimensions);  // the tensors have four
  if (d->compute != CUDNN_DATA_FLOAT) return unsupported(Reason::data_type);
  Tensor expected;
  TRY(convolution_output(d, c->x, c->w, &expected));
  if (!(c->y == expected)) return bad(Reason::output_shape);
  c->pad_h = d->pad[0];
  c->pad_w = d->pad[1];
  c->stride_h = d->stride[0];
  c->stride_w = d->stride[1];
  c->dilation_h = d->dilation[0];
  c->dilation_w = d->dilation[1];
  c->groups = d->groups;
  c->flipped = d->mode == CUDNN_CONVOLUTION;
  return {};
}

Outcome forward_workspace(const Convolution& c, cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes) {
  switch (algorithm) {
    case CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM: *bytes = 0; return {};
    case CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM: *bytes = 3 * floats(c.terms()); return {};  // three ints a term
    case CUDNN_CONVOLUTION_FWD_ALGO_GEMM:                                                              // one image's columns
      *bytes = floats(static_cast<long long>(c.groups) * c.terms() * c.y.pixels());
      return {};
    default: return within(algorithm, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED) ? unsupported(Reason::algorithm) : bad(Reason::value);
  }
}

Outcome backward_data_workspace(const Convolution& c, cudnnConvolutionBwdDataAlgo_t algorithm, size_t* bytes) {
  switch (algorithm) {
    case CUDNN_CONVOLUTION_BWD_DATA_ALGO_0: *bytes = 0; return {};
    case CUDNN_CONVOLUTION_BWD_DATA_ALGO_1: *bytes = floats(c.w.elements()); return {};  // the filter, transposed
    default:
      return within(algorithm, CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED) ? unsupported(Reason::algorithm) : bad(Reason::value);
  }
}

Outcome backward_filter_workspace(const Convolution& c, cudnnConvolutionBwdFilterAlgo_t algorithm, size_t* bytes) {
  switch (algorithm) {
    case CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0: *bytes = 0; return {};
    case CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1:  // each image's part
      *bytes = floats(static_cast<long long>(c.x.n) * c.w.elements());
      return {};
    default: return within(algorithm, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING) ? unsupported(Reason::algorithm) : bad(Reason::value);
  }
}

Outcome check_workspace(const void* workspace, size_t bytes, size_t needed) {
  if (needed == 0) return {};
  if (!workspace || bytes < needed) return bad(Reason::workspace);
  return reinterpret_cast<uintptr_t>(workspace) % 4 ? bad(Reason::misaligned) : Outcome{};
}

}  // namespace cudnn_standin

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* descriptor) {
  return call(Function::cudnnCreateConvolutionDescriptor, __builtin_return_address(0), [&]() -> Outcome { return create(descriptor); });
}

cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t descriptor) {
  return call(Function::cudnnDestroyConvolutionDescriptor, __builtin_return_address(0), [&]() -> Outcome { return destroy(descriptor); });
}

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t descriptor, int pad_h, int pad_w, int stride_h, int stride_w,
                                              int dilation_h, int dilation_w, cudnnConvolutionMode_t mode, cudnnDataType_t compute) {
  return call(Function::cudnnSetConvolution2dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    const int pad[] = {pad_h, pad_w}, stride[] = {stride_h, stride_w}, dilation[] = {dilation_h, dilation_w};
    return set(descriptor, 2, pad, stride, dilation, mode, compute);
  });
}

cudnnStatus_t cudnnGetConvolution2dDescriptor(const cudnnConvolutionDescriptor_t d, int* pad_h, int* pad_w, int* stride_h, int* stride_w,
                                              int* dilation_h, int* dilation_w, cudnnConvolutionMode_t* mode, cudnnDataType_t* compute) {
  return call(Function::cudnnGetConvolution2dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (d->count != 2) return bad(Reason::dimensions);
    if (any_null(pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w) || !mode || !compute) return bad(Reason::null_result);
    *pad_h = d->pad[0];
    *pad_w = d->pad[1];
    *stride_h = d->stride[0];
    *stride_w = d->stride[1];
    *dilation_h = d->dilation[0];
    *dilation_w = d->dilation[1];
    *mode = d->mode;
    *compute = d->compute;
    return {};
  });
}

cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t descriptor, int count, const int pad[], const int stride[],
                                              const int dilation[], cudnnConvolutionMode_t mode, cudnnDataType_t compute) {
  return call(Function::cudnnSetConvolutionNdDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (any_null(pad, stride, dilation)) return bad(Reason::null_result);
    return set(descriptor, count, pad, stride, dilation, mode, compute);
  });
}

cudnnStatus_t cudnnGetConvolutionNdDescriptor(const cudnnConvolutionDescriptor_t d, int requested, int* count, int pad[], int stride[],
                                              int dilation[], cudnnConvolutionMode_t* mode, cudnnDataType_t* compute) {
  return call(Function::cudnnGetConvolutionNdDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (requested < 0 || requested > CUDNN_DIM_MAX - 2) return bad(Reason::dimensions);
    if (any_null(count, pad, stride, dilation) || !mode || !compute) return bad(Reason::null_result);
    *count = d->count;
    *mode = d->mode;
    *compute = d->compute;
    for (int i = 0; i < requested && i < d->count; ++i) {
      pad[i] = d->pad[i];
      stride[i] = d->stride[i];
      dilation[i] = d->dilation[i];
    }
    return {};
  });
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t d, int groups) {
  return call(Function::cudnnSetConvolutionGroupCount, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    if (groups < 1) return bad(Reason::value);
    d->groups = groups;
    return {};
  });
}

cudnnStatus_t cudnnGetConvolutionGroupCount(cudnnConvolutionDescriptor_t d, int* groups) {
  return call(Function::cudnnGetConvolutionGroupCount, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    if (!groups) return bad(Reason::null_result);
    *groups = d->groups;
    return {};
  });
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t d, cudnnMathType_t math) {
  return call(Function::cudnnSetConvolutionMathType, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    if (!within(math, CUDNN_FMA_MATH)) return bad(Reason::value);
    d->math = math;
    return {};
  });
}

cudnnStatus_t cudnnGetConvolutionMathType(cudnnConvolutionDescriptor_t d, cudnnMathType_t* math) {
  return call(Function::cudnnGetConvolutionMathType, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    if (!math) return bad(Reason::null_result);
    *math = d->math;
    return {};
  });
}

cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t input,
                                                    const cudnnFilterDescriptor_t filter, int* n, int* c, int* h, int* w) {
  return call(Function::cudnnGetConvolution2dForwardOutputDim, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    TRY(known(input));
    TRY(known(filter));
    if (any_null(n, c, h, w)) return bad(Reason::null_result);
    if (d->count != 2 || input->count != 4 || filter->count != 4) return bad(Reason::dimensions);
    Tensor y;
    const Tensor x{input->extent[0], input->extent[1], input->extent[2], input->extent[3]};
    TRY(convolution_output(d, x, {filter->extent[0], filter->extent[1], filter->extent[2], filter->extent[3]}, &y));
    *n = y.n;
    *c = y.c;
    *h = y.h;
    *w = y.w;
    return {};
  });
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithmMaxCount(cudnnHandle_t handle, int* count) {
  return call(Function::cudnnGetConvolutionForwardAlgorithmMaxCount, __builtin_return_address(0),
              [&]() -> Outcome { return max_count(handle, count, CUDNN_CONVOLUTION_FWD_ALGO_COUNT); });
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t w,
                                                     const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t y,
                                                     const int requested, int* returned, cudnnConvolutionFwdAlgoPerf_t* results) {
  return call(Function::cudnnGetConvolutionForwardAlgorithm_v7, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Convolution c;
    TRY(convolution_of(x, w, d, y, &c));
    return list(c, kForward, *d, forward_workspace, requested, returned, results);
  });
}

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, const cudnnTensorDescriptor_t x,
                                                      const cudnnFilterDescriptor_t w, const cudnnConvolutionDescriptor_t d,
                                                      const cudnnTensorDescriptor_t y, cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes) {
  return call(Function::cudnnGetConvolutionForwardWorkspaceSize, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    if (!bytes) return bad(Reason::null_result);
    Convolution c;
    TRY(convolution_of(x, w, d, y, &c));
    return forward_workspace(c, algorithm, bytes);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithmMaxCount(cudnnHandle_t handle, int* count) {
  return call(Function::cudnnGetConvolutionBackwardDataAlgorithmMaxCount, __builtin_return_address(0),
              [&]() -> Outcome { return max_count(handle, count, CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT); });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, const cudnnFilterDescriptor_t w,
                                                          const cudnnTensorDescriptor_t dy, const cudnnConvolutionDescriptor_t d,
                                                          const cudnnTensorDescriptor_t dx, const int requested, int* returned,
                                                          cudnnConvolutionBwdDataAlgoPerf_t* results) {
  return call(Function::cudnnGetConvolutionBackwardDataAlgorithm_v7, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Convolution c;
    TRY(convolution_of(dx, w, d, dy, &c));
    return list(c, kBackwardData, *d, backward_data_workspace, requested, returned, results);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, const cudnnFilterDescriptor_t w,
                                                           const cudnnTensorDescriptor_t dy, const cudnnConvolutionDescriptor_t d,
                                                           const cudnnTensorDescriptor_t dx, cudnnConvolutionBwdDataAlgo_t algorithm,
                                                           size_t* bytes) {
  return call(Function::cudnnGetConvolutionBackwardDataWorkspaceSize, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    if (!bytes) return bad(Reason::null_result);
    Convolution c;
    TRY(convolution_of(dx, w, d, dy, &c));
    return backward_data_workspace(c, algorithm, bytes);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(cudnnHandle_t handle, int* count) {
  return call(Function::cudnnGetConvolutionBackwardFilterAlgorithmMaxCount, __builtin_return_address(0),
              [&]() -> Outcome { return max_count(handle, count, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT); });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle, const cudnnTensorDescriptor_t x,
                                                            const cudnnTensorDescriptor_t dy, const cudnnConvolutionDescriptor_t d,
                                                            const cudnnFilterDescriptor_t dw, const int requested, int* returned,
                                                            cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  return call(Function::cudnnGetConvolutionBackwardFilterAlgorithm_v7, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Convolution c;
    TRY(convolution_of(x, dw, d, dy, &c));
    return list(c, kBackwardFilter, *d, backward_filter_workspace, requested, returned, results);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle, const cudnnTensorDescriptor_t x,
                                                             const cudnnTensorDescriptor_t dy, const cudnnConvolutionDescriptor_t d,
                                                             const cudnnFilterDescriptor_t dw, cudnnConvolutionBwdFilterAlgo_t algorithm,
                                                             size_t* bytes) {
  return call(Function::cudnnGetConvolutionBackwardFilterWorkspaceSize, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    if (!bytes) return bad(Reason::null_result);
    Convolution c;
    TRY(convolution_of(x, dw, d, dy, &c));
    return backward_filter_workspace(c, algorithm, bytes);
  });
}
