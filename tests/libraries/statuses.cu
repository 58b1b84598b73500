// Each way to call wrongly has its status, and leaves results, descriptors and the device's last error as they were.
#include "job.cuh"

static int failures = 0;
#define IS(status, call)                                                                                                            \
  if (const cudnnStatus_t got = (call); got != CUDNN_STATUS_##status) {                                                            \
    ++failures;                                                                                                                     \
    std::printf("line %d: %s gives %s, not %s\n", __LINE__, #call, cudnnGetErrorString(got), cudnnGetErrorString(CUDNN_STATUS_##status)); \
  }
#define THAT(condition) \
  if (!(condition)) std::printf("line %d: not %s\n", __LINE__, #condition), ++failures

static cudnnHandle_t handle;
static const float one = 1.0f, zero = 0.0f;

static void handles() {
  cudaStream_t stream, again = nullptr;
  cudnnHandle_t other;
  CUDA(cudaStreamCreate(&stream));
  IS(BAD_PARAM, cudnnCreate(nullptr));
  IS(SUCCESS, cudnnCreate(&other));
  IS(SUCCESS, cudnnGetStream(other, &again));
  THAT(again == nullptr);
  IS(SUCCESS, cudnnSetStream(other, stream));
  IS(SUCCESS, cudnnGetStream(other, &again));
  THAT(again == stream);
  IS(BAD_PARAM, cudnnSetStream(nullptr, stream));
  IS(BAD_PARAM, cudnnGetStream(other, nullptr));
  IS(SUCCESS, cudnnDestroy(other));
  CUDA(cudaStreamDestroy(stream));
  THAT(cudnnGetVersion() == CUDNN_VERSION);
  THAT(std::string(cudnnGetErrorString(CUDNN_STATUS_NOT_SUPPORTED)) == "CUDNN_STATUS_NOT_SUPPORTED");
}

static void tensors() {
  cudnnTensorDescriptor_t t;
  cudnnDataType_t type;
  int n, c, h, w, strides[8], extents[8], count;
  size_t bytes;
  IS(BAD_PARAM, cudnnCreateTensorDescriptor(nullptr));
  IS(SUCCESS, cudnnCreateTensorDescriptor(&t));
  IS(BAD_PARAM, cudnnGetTensorSizeInBytes(t, &bytes));  // nothing was set
  IS(SUCCESS, cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, 3, 4, 5));
  IS(BAD_PARAM, cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, -3, 4, 5));
  IS(BAD_PARAM, cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 0, 3, 4, 5));
  IS(BAD_PARAM, cudnnSetTensor4dDescriptor(t, static_cast<cudnnTensorFormat_t>(7), CUDNN_DATA_FLOAT, 2, 3, 4, 5));
  IS(BAD_PARAM, cudnnSetTensor4dDescriptor(nullptr, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, 3, 4, 5));
  IS(NOT_SUPPORTED, cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1 << 16, 1 << 16, 1, 1));
  IS(SUCCESS, cudnnGetTensor4dDescriptor(t, &type, &n, &c, &h, &w, strides, strides + 1, strides + 2, strides + 3));
  THAT(type == CUDNN_DATA_FLOAT && n == 2 && c == 3 && h == 4 && w == 5);
  THAT(strides[0] == 60 && strides[1] == 20 && strides[2] == 5 && strides[3] == 1);
  IS(SUCCESS, cudnnGetTensorSizeInBytes(t, &bytes));
  THAT(bytes == 480);
  IS(SUCCESS, cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NHWC, CUDNN_DATA_HALF, 2, 3, 4, 5));
  IS(SUCCESS, cudnnGetTensorNdDescriptor(t, 8, &type, &count, extents, strides));
  THAT(type == CUDNN_DATA_HALF && count == 4 && extents[1] == 3);
  THAT(strides[0] == 60 && strides[1] == 1 && strides[2] == 15 && strides[3] == 3);
  IS(SUCCESS, cudnnSetTensor4dDescriptorEx(t, CUDNN_DATA_FLOAT, 1, 2, 3, 4, 48, 24, 8, 2));
  IS(SUCCESS, cudnnGetTensorSizeInBytes(t, &bytes));
  THAT(bytes == 4 * (24 + 16 + 6 + 1));
  const int five[] = {1, 2, 3, 4, 5}, packed[] = {120, 60, 20, 5, 1};
  IS(SUCCESS, cudnnSetTensorNdDescriptor(t, CUDNN_DATA_FLOAT, 5, five, packed));
  IS(BAD_PARAM, cudnnGetTensor4dDescriptor(t, &type, &n, &c, &h, &w, strides, strides, strides, strides));
  IS(BAD_PARAM, cudnnSetTensorNdDescriptor(t, CUDNN_DATA_FLOAT, 9, five, packed));
  IS(SUCCESS, cudnnDestroyTensorDescriptor(t));
  IS(SUCCESS, cudnnDestroyTensorDescriptor(nullptr));
}

struct Scene {
  Tensor x{Shape{2, 4, 6, 5}}, y{Shape{2, 6, 4, 3}};
  Filter w{Shape{6, 4, 3, 3}};
  cudnnConvolutionDescriptor_t convolution;
  Buffer xs{240}, ws{216}, ys{144}, workspace{4096};
  Scene() {
    CUDNN(cudnnCreateConvolutionDescriptor(&convolution));
    CUDNN(cudnnSetConvolution2dDescriptor(convolution, 0, 0, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    CUDA(cudaMemset(xs.data, 0, 960));
    CUDA(cudaMemset(ws.data, 0, 864));
    CUDA(cudaMemset(ys.data, 0, 576));
  }
  ~Scene() { cudnnDestroyConvolutionDescriptor(convolution); }
  cudnnStatus_t forward(cudnnConvolutionFwdAlgo_t algorithm, void* space, size_t bytes) const {
    return cudnnConvolutionForward(handle, &one, x, xs.data, w, ws.data, convolution, algorithm, space, bytes, &zero, y, ys.data);
  }
};

static void convolutions() {
  Scene s;
  constexpr auto kPlain = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM;
  cudnnConvolutionDescriptor_t d = s.convolution;
  IS(BAD_PARAM, cudnnSetConvolution2dDescriptor(d, -1, 0, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  IS(BAD_PARAM, cudnnSetConvolution2dDescriptor(d, 0, 0, 0, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  IS(BAD_PARAM, cudnnSetConvolution2dDescriptor(d, 0, 0, 1, 1, 1, 0, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  IS(BAD_PARAM, cudnnSetConvolution2dDescriptor(d, 0, 0, 1, 1, 1, 1, static_cast<cudnnConvolutionMode_t>(2), CUDNN_DATA_FLOAT));
  IS(BAD_PARAM, cudnnSetConvolutionGroupCount(d, 0));
  IS(SUCCESS, s.forward(kPlain, nullptr, 0));
  IS(BAD_PARAM, s.forward(static_cast<cudnnConvolutionFwdAlgo_t>(8), nullptr, 0));
  IS(NOT_SUPPORTED, s.forward(CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, nullptr, 0));

  size_t bytes = 1;
  IS(SUCCESS, cudnnGetConvolutionForwardWorkspaceSize(handle, s.x, s.w, d, s.y, kPlain, &bytes));
  THAT(bytes == 0);
  for (const auto each : {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_GEMM}) {
    IS(SUCCESS, cudnnGetConvolutionForwardWorkspaceSize(handle, s.x, s.w, d, s.y, each, &bytes));
    THAT(bytes > 0 && bytes <= 16384);
    IS(BAD_PARAM, s.forward(each, nullptr, bytes));
    IS(BAD_PARAM, s.forward(each, s.workspace.data, bytes - 1));
    IS(SUCCESS, s.forward(each, s.workspace.data, bytes));
  }
  IS(BAD_PARAM, cudnnConvolutionForward(nullptr, &one, s.x, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  IS(BAD_PARAM, cudnnConvolutionForward(handle, nullptr, s.x, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  IS(BAD_PARAM, cudnnConvolutionForward(handle, &one, nullptr, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  IS(BAD_PARAM, cudnnConvolutionForward(handle, &one, s.x, nullptr, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  IS(BAD_PARAM, cudnnConvolutionForward(handle, &one, s.x, s.xs.data, s.w, s.ws.data, nullptr, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  IS(BAD_PARAM, cudnnConvolutionForward(handle, &one, s.x, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.x, s.ys.data));
  IS(BAD_PARAM, cudnnConvolutionForward(handle, &one, s.x, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.xs.data));

  // groups: channels don't fit
  IS(SUCCESS, cudnnSetConvolutionGroupCount(d, 2));
  IS(BAD_PARAM, s.forward(kPlain, nullptr, 0));
  IS(SUCCESS, cudnnSetConvolutionGroupCount(d, 1));
  // what the descriptors may say, and operations don't take
  const Tensor other(Shape{2, 4, 6, 5});
  CUDNN(cudnnSetTensor4dDescriptor(other, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 2, 4, 6, 5));
  IS(NOT_SUPPORTED, cudnnConvolutionForward(handle, &one, other, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  CUDNN(cudnnSetTensor4dDescriptor(other, CUDNN_TENSOR_NCHW, CUDNN_DATA_HALF, 2, 4, 6, 5));
  IS(NOT_SUPPORTED, cudnnConvolutionForward(handle, &one, other, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  CUDNN(cudnnSetTensor4dDescriptorEx(other, CUDNN_DATA_FLOAT, 2, 4, 6, 5, 240, 60, 10, 2));
  IS(NOT_SUPPORTED, cudnnConvolutionForward(handle, &one, other, s.xs.data, s.w, s.ws.data, d, kPlain, nullptr, 0, &zero, s.y, s.ys.data));
  // the window is larger than the image
  int n, c, h, w;
  CUDNN(cudnnSetTensor4dDescriptor(other, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, 4, 2, 5));
  IS(BAD_PARAM, cudnnGetConvolution2dForwardOutputDim(d, other, s.w, &n, &c, &h, &w));
  IS(SUCCESS, cudnnGetConvolution2dForwardOutputDim(d, s.x, s.w, &n, &c, &h, &w));
  THAT(n == 2 && c == 6 && h == 4 && w == 3);
  THAT(cudaPeekAtLastError() == cudaSuccess);
}

static void algorithms() {
  Scene s;
  cudnnConvolutionFwdAlgoPerf_t results[CUDNN_CONVOLUTION_FWD_ALGO_COUNT];
  int most = 0, returned = 0;
  IS(SUCCESS, cudnnGetConvolutionForwardAlgorithmMaxCount(handle, &most));
  THAT(most == CUDNN_CONVOLUTION_FWD_ALGO_COUNT);
  IS(SUCCESS, cudnnGetConvolutionForwardAlgorithm_v7(handle, s.x, s.w, s.convolution, s.y, most, &returned, results));
  THAT(returned == most && results[0].status == CUDNN_STATUS_SUCCESS && results[most - 1].status == CUDNN_STATUS_NOT_SUPPORTED);
  for (int i = 0; i < returned; ++i) {
    size_t bytes = 0;
    const cudnnStatus_t status = cudnnGetConvolutionForwardWorkspaceSize(handle, s.x, s.w, s.convolution, s.y, results[i].algo, &bytes);
    THAT(status == results[i].status && (status || bytes == results[i].memory));
    THAT(s.forward(results[i].algo, s.workspace.data, 16384) == status);
  }
  IS(SUCCESS, cudnnGetConvolutionForwardAlgorithm_v7(handle, s.x, s.w, s.convolution, s.y, 1, &returned, results));
  THAT(returned == 1);
  IS(BAD_PARAM, cudnnGetConvolutionForwardAlgorithm_v7(handle, s.x, s.w, s.convolution, s.y, 0, &returned, results));
  IS(BAD_PARAM, cudnnGetConvolutionForwardAlgorithm_v7(handle, s.x, s.w, s.convolution, s.x, 1, &returned, results));
  cudnnConvolutionBwdDataAlgoPerf_t data[CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT];
  cudnnConvolutionBwdFilterAlgoPerf_t filter[CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT];
  IS(SUCCESS, cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, s.w, s.y, s.convolution, s.x, 6, &returned, data));
  THAT(returned == 6 && data[0].status == CUDNN_STATUS_SUCCESS && data[0].memory > 0);
  IS(SUCCESS, cudnnGetConvolutionBackwardFilterAlgorithm_v7(handle, s.x, s.y, s.convolution, s.w, 7, &returned, filter));
  THAT(returned == 7 && filter[0].status == CUDNN_STATUS_SUCCESS && filter[0].memory > 0);
  IS(BAD_PARAM, cudnnConvolutionBackwardData(handle, &one, s.w, s.ws.data, s.y, s.ys.data, s.convolution, data[0].algo, s.workspace.data,
                                             data[0].memory - 1, &zero, s.x, s.xs.data));
  IS(BAD_PARAM, cudnnConvolutionBackwardFilter(handle, &one, s.x, s.xs.data, s.y, s.ys.data, s.convolution, filter[0].algo, nullptr,
                                               filter[0].memory, &zero, s.w, s.ws.data));
  IS(NOT_SUPPORTED, cudnnConvolutionBackwardFilter(handle, &one, s.x, s.xs.data, s.y, s.ys.data, s.convolution,
                                                   CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3, nullptr, 0, &zero, s.w, s.ws.data));
  IS(BAD_PARAM, cudnnConvolutionBackwardBias(handle, &one, s.y, s.ys.data, &zero, s.x, s.xs.data));
}

static void layers() {
  const Tensor x(Shape{1, 2, 4, 4}), half(Shape{1, 2, 2, 2}), row(Shape{1, 2, 1, 4});
  const Buffer xs(32), ys(32);
  CUDA(cudaMemset(xs.data, 0, 128));
  CUDA(cudaMemset(ys.data, 0, 128));
  cudnnPoolingDescriptor_t pooling;
  int n, c, h, w;
  CUDNN(cudnnCreatePoolingDescriptor(&pooling));
  IS(BAD_PARAM, cudnnGetPooling2dForwardOutputDim(pooling, x, &n, &c, &h, &w));
  IS(BAD_PARAM, cudnnSetPooling2dDescriptor(pooling, CUDNN_POOLING_MAX, CUDNN_PROPAGATE_NAN, 0, 2, 0, 0, 2, 2));
  IS(BAD_PARAM, cudnnSetPooling2dDescriptor(pooling, static_cast<cudnnPoolingMode_t>(4), CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
  IS(SUCCESS, cudnnSetPooling2dDescriptor(pooling, CUDNN_POOLING_MAX, CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
  IS(SUCCESS, cudnnPoolingForward(handle, pooling, &one, x, xs.data, &zero, half, ys.data));
  IS(BAD_PARAM, cudnnPoolingForward(handle, pooling, &one, x, xs.data, &zero, x, ys.data));
  IS(BAD_PARAM, cudnnPoolingForward(handle, pooling, &one, x, xs.data, &zero, half, xs.data));
  IS(SUCCESS, cudnnSetPooling2dDescriptor(pooling, CUDNN_POOLING_MAX, CUDNN_PROPAGATE_NAN, 2, 2, 2, 0, 2, 2));
  IS(NOT_SUPPORTED, cudnnPoolingForward(handle, pooling, &one, x, xs.data, &zero, half, ys.data));  // windows beside the image
  CUDNN(cudnnDestroyPoolingDescriptor(pooling));

  cudnnActivationDescriptor_t activation;
  CUDNN(cudnnCreateActivationDescriptor(&activation));
  IS(BAD_PARAM, cudnnActivationForward(handle, activation, &one, x, xs.data, &zero, x, ys.data));
  IS(BAD_PARAM, cudnnSetActivationDescriptor(activation, static_cast<cudnnActivationMode_t>(9), CUDNN_PROPAGATE_NAN, 0));
  IS(SUCCESS, cudnnSetActivationDescriptor(activation, CUDNN_ACTIVATION_SWISH, CUDNN_PROPAGATE_NAN, 0));
  IS(NOT_SUPPORTED, cudnnActivationForward(handle, activation, &one, x, xs.data, &zero, x, ys.data));
  IS(SUCCESS, cudnnSetActivationDescriptor(activation, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0));
  IS(SUCCESS, cudnnActivationForward(handle, activation, &one, x, xs.data, &zero, x, xs.data));  // in place
  IS(BAD_PARAM, cudnnActivationForward(handle, activation, &one, x, xs.data, &zero, half, ys.data));
  IS(BAD_PARAM, cudnnActivationForward(handle, activation, &one, row, xs.data, &zero, row, xs.data + 1));
  CUDNN(cudnnDestroyActivationDescriptor(activation));

  IS(BAD_PARAM, cudnnSoftmaxForward(handle, static_cast<cudnnSoftmaxAlgorithm_t>(3), CUDNN_SOFTMAX_MODE_CHANNEL, &one, x, xs.data, &zero, x,
                                    ys.data));
  IS(BAD_PARAM, cudnnSoftmaxForward(handle, CUDNN_SOFTMAX_LOG, CUDNN_SOFTMAX_MODE_CHANNEL, &one, x, xs.data, &zero, half, ys.data));
  IS(BAD_PARAM, cudnnAddTensor(handle, &one, half, xs.data, &zero, x, ys.data));
  IS(SUCCESS, cudnnAddTensor(handle, &one, row, xs.data, &zero, x, ys.data));
  IS(BAD_PARAM, cudnnBatchNormalizationForwardInference(handle, CUDNN_BATCHNORM_SPATIAL, &one, &zero, x, xs.data, x, ys.data, half, xs.data,
                                                        xs.data, xs.data, xs.data, 1e-5));
  const Tensor channels(Shape{1, 2, 1, 1});
  IS(BAD_PARAM, cudnnBatchNormalizationForwardInference(handle, CUDNN_BATCHNORM_SPATIAL, &one, &zero, x, xs.data, x, ys.data, channels,
                                                        xs.data, xs.data, xs.data, xs.data, -1.0));
}

int main() {
  CUDNN(cudnnCreate(&handle));
  // an error that nobody has asked for is still there after the library's calls
  cudaStreamQuery(reinterpret_cast<cudaStream_t>(0x1234));
  const cudaError_t before = cudaPeekAtLastError();
  THAT(before != cudaSuccess);
  {
    Scene s;
    IS(SUCCESS, s.forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, nullptr, 0));
  }
  THAT(cudaGetLastError() == before);
  handles();
  tensors();
  convolutions();
  algorithms();
  layers();
  CUDA(cudaDeviceSynchronize());
  CUDNN(cudnnDestroy(handle));
  if (!failures) std::printf("PASS\n");
  return failures != 0;
}
