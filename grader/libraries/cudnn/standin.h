// What all parts of the stand-in share: the descriptors behind cuDNN's opaque pointers, checks of arguments, launches, and the frame of a
// call.
#pragma once
#include <cudnn.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

extern "C" {  // of the emulated GPU's runtime; elsewhere there is nobody to tell
__attribute__((weak, visibility("default"))) void warpgradeLibraryBegin(const void* returns_to);
__attribute__((weak, visibility("default"))) void warpgradeLibraryEnd(unsigned library, unsigned function, int status, unsigned reason);
}

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

struct cudnnTensorStruct {
  bool set = false;
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  int count = 0;  // of dimensions
  int extent[CUDNN_DIM_MAX] = {}, stride[CUDNN_DIM_MAX] = {};
};

struct cudnnFilterStruct {
  bool set = false;
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW;
  int count = 0;
  int extent[CUDNN_DIM_MAX] = {};
};

struct cudnnConvolutionStruct {
  bool set = false;
  int count = 0;  // of spatial dimensions
  int pad[CUDNN_DIM_MAX] = {}, stride[CUDNN_DIM_MAX] = {}, dilation[CUDNN_DIM_MAX] = {};
  cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  cudnnDataType_t compute = CUDNN_DATA_FLOAT;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
  int groups = 1;
};

namespace cudnn_standin {

constexpr unsigned kLibrary = 1;  // among those that the emulated GPU knows

enum class Function : unsigned {
#define X(name) name,
#include "functions.inc"
#undef X
};

enum class Reason : unsigned {
#define X(name, text) name,
#include "reasons.inc"
#undef X
};

// How a call ended.
struct Outcome {
  cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
  Reason reason = Reason::none;
  bool failed() const { return status != CUDNN_STATUS_SUCCESS; }
};
inline Outcome bad(Reason reason) { return {CUDNN_STATUS_BAD_PARAM, reason}; }
inline Outcome unsupported(Reason reason) { return {CUDNN_STATUS_NOT_SUPPORTED, reason}; }

// Goes on with the next check if this one found nothing.
#define TRY(check) \
  if (const ::cudnn_standin::Outcome outcome = (check); outcome.failed()) return outcome

// One call of the interface. `returns_to` is the place in the program that it goes back to: its launches and faults are told there.
template <class Body>
cudnnStatus_t call(Function function, const void* returns_to, Body body) {
  if (warpgradeLibraryBegin) warpgradeLibraryBegin(returns_to);
  const Outcome outcome = body();
  if (warpgradeLibraryEnd) {
    warpgradeLibraryEnd(kLibrary, static_cast<unsigned>(function), outcome.status, static_cast<unsigned>(outcome.reason));
  }
  return outcome.status;
}

// ---- Checks -----------------------------------------------------------------------------------------------------------------------------

// A tensor that the operations take: fp32, N, C, H and W, each element right behind the last.
struct Tensor {
  int n, c, h, w;
  __host__ __device__ int elements() const { return n * c * h * w; }
  __host__ __device__ int pixels() const { return h * w; }
  bool operator==(const Tensor&) const = default;
};

Outcome tensor_of(const cudnnTensorStruct* descriptor, Tensor* tensor);
Outcome filter_of(const cudnnFilterStruct* descriptor, Tensor* filter);

// The host's numbers that every operation scales with.
struct Scale {
  float alpha, beta;
};
Outcome scale_of(const void* alpha, const void* beta, Scale* scale);

template <class... Pointers>
bool any_null(Pointers... pointers) {
  return (... || (pointers == nullptr));
}

// Of a result that an operation must not have in common with an operand, as others still read there.
bool overlap(const void* one, size_t bytes, const void* other, size_t other_bytes);
inline bool overlap(const void* one, int floats, const void* other, int other_floats) {
  return overlap(one, sizeof(float) * static_cast<size_t>(floats), other, sizeof(float) * static_cast<size_t>(other_floats));
}
// Element by element in place is fine, a little beside it is not.
inline bool shifted(const void* one, const void* other, int floats) { return one != other && overlap(one, floats, other, floats); }

// ---- Convolutions -----------------------------------------------------------------------------------------------------------------------

struct Convolution {
  Tensor x, w, y;  // w: k, c of one group, r, s
  int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups;
  bool flipped;                                                     // CUDNN_CONVOLUTION: the filter is turned by 180°
  __host__ __device__ int filters() const { return w.n / groups; }  // of one group
  __host__ __device__ int terms() const { return w.c * w.h * w.w; }
};

// x, w and y of the forward pass, whichever of them is computed. Everything is checked.
Outcome convolution_of(const cudnnTensorStruct* x, const cudnnFilterStruct* w, const cudnnConvolutionStruct* descriptor,
                       const cudnnTensorStruct* y, Convolution* convolution);
// The shape of y.
Outcome convolution_output(const cudnnConvolutionStruct* descriptor, const Tensor& x, const Tensor& w, Tensor* y);

Outcome forward_workspace(const Convolution& convolution, cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes);
Outcome backward_data_workspace(const Convolution& convolution, cudnnConvolutionBwdDataAlgo_t algorithm, size_t* bytes);
Outcome backward_filter_workspace(const Convolution& convolution, cudnnConvolutionBwdFilterAlgo_t algorithm, size_t* bytes);
Outcome check_workspace(const void* workspace, size_t bytes, size_t needed);

// ---- Launches ---------------------------------------------------------------------------------------------------------------------------

constexpr int kThreads = 256;
inline unsigned blocks_for(long long threads, int block = kThreads) {
  constexpr long long kMost = 1 << 20;  // kernels stride over what is left
  const long long blocks = (threads + block - 1) / block;
  return static_cast<unsigned>(blocks < 1 ? 1 : blocks < kMost ? blocks : kMost);
}

// Not by <<<>>>: the code comes back here, and an error that the program has not asked for yet stays as it is.
template <class... Parameters>
Outcome launch(cudnnHandle_t handle, void (*kernel)(Parameters...), dim3 grid, dim3 block, std::type_identity_t<Parameters>... parameters) {
  void* arguments[] = {&parameters...};
  if (cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, block, arguments, 0, handle->stream) != cudaSuccess) {
    return {CUDNN_STATUS_EXECUTION_FAILED, Reason::launch};
  }
  return {};
}

#ifdef __CUDACC__
// alpha · value + beta · what is there; with beta == 0 what is there isn't read.
__device__ inline void store(float* at, float value, Scale scale) {
  *at = scale.beta == 0.0f ? scale.alpha * value : scale.alpha * value + scale.beta * *at;
}

// This thread's index and the number of threads, for loops that stride over all elements. Indices are int: tensors have fewer than 2³¹
// elements, but index + stride may reach beyond.
__device__ inline long long first_index() { return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline long long index_stride() { return static_cast<long long>(gridDim.x) * blockDim.x; }

__device__ inline float warp_sum(float value) {
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(~0u, value, offset);
  return value;
}
__device__ inline float warp_max(float value) {
  for (int offset = 16; offset > 0; offset /= 2) value = fmaxf(value, __shfl_xor_sync(~0u, value, offset));
  return value;
}
#endif

}  // namespace cudnn_standin
