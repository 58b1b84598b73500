// Honest: a warp for each sum, put together by shuffles; the gradient of x is scattered with atomics.
#include <cudnn.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

struct Shape {
  int N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
};

constexpr int WARPS = 4, THREADS = 32 * WARPS;

__device__ float sum_of_warp(float value) {
  for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
  return value;
}

__device__ bool inside(const Shape& z, int h, int v) { return unsigned(h) < unsigned(z.H) && unsigned(v) < unsigned(z.W); }

// A warp an output: its lanes share the taps.
__global__ void forward(const float* x, const float* w, const float* bias, float* y, Shape z, int outputs) {
  const int i = blockIdx.x * WARPS + threadIdx.y, lane = threadIdx.x;
  if (i >= outputs) return;  // the whole warp
  const int q = i % z.Q, p = i / z.Q % z.P, k = i / (z.P * z.Q) % z.K, n = i / (z.P * z.Q) / z.K;
  const int Cg = z.C / z.groups, depth = Cg * z.R * z.S, first = k / (z.K / z.groups) * Cg;
  float sum = 0.0f;
  for (int t = lane; t < depth; t += 32) {
    const int s = t % z.S, r = t / z.S % z.R, c = first + t / (z.R * z.S);
    const int h = p * z.stride_h + r * z.dilation_h - z.pad_h, v = q * z.stride_w + s * z.dilation_w - z.pad_w;
    if (inside(z, h, v)) sum = fmaf(w[k * depth + t], x[((n * z.C + c) * z.H + h) * z.W + v], sum);
  }
  sum = sum_of_warp(sum);
  if (lane == 0) y[i] = bias[k] + sum;
}

// A thread writes the R * S numbers of one channel of one column.
__global__ void gather(const float* x, float* columns, Shape z) {
  const int pixel = blockIdx.x * THREADS + threadIdx.x, c = blockIdx.y, pixels = z.P * z.Q;
  if (pixel >= pixels) return;
  float* to = columns + c * z.R * z.S * pixels + pixel;
  for (int r = 0; r < z.R; ++r) {
    for (int s = 0; s < z.S; ++s, to += pixels) {
      const int h = pixel / z.Q * z.stride_h + r * z.dilation_h - z.pad_h, v = pixel % z.Q * z.stride_w + s * z.dilation_w - z.pad_w;
      *to = inside(z, h, v) ? x[(c * z.H + h) * z.W + v] : 0.0f;
    }
  }
}

__global__ void multiply(const float* columns, const float* w, const float* bias, float* y, Shape z) {
  const int pixel = blockIdx.x * THREADS + threadIdx.x, k = blockIdx.y, pixels = z.P * z.Q;
  if (pixel >= pixels) return;
  const int depth = z.C / z.groups * z.R * z.S;
  const float* column = columns + k / (z.K / z.groups) * depth * pixels + pixel;
  float sum = bias[k];
  for (int t = 0; t < depth; ++t) sum = fmaf(w[k * depth + t], column[t * pixels], sum);
  y[k * pixels + pixel] = sum;
}

// A thread an output: what it sends back to each of its taps.
__global__ void scatter(const float* dy, const float* w, float* dx, Shape z, int outputs) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= outputs) return;
  const int q = i % z.Q, p = i / z.Q % z.P, k = i / (z.P * z.Q) % z.K, n = i / (z.P * z.Q) / z.K;
  const int Cg = z.C / z.groups, depth = Cg * z.R * z.S, first = k / (z.K / z.groups) * Cg;
  for (int t = 0; t < depth; ++t) {
    const int s = t % z.S, r = t / z.S % z.R, c = first + t / (z.R * z.S);
    const int h = p * z.stride_h + r * z.dilation_h - z.pad_h, v = q * z.stride_w + s * z.dilation_w - z.pad_w;
    if (inside(z, h, v)) atomicAdd(&dx[((n * z.C + c) * z.H + h) * z.W + v], w[k * depth + t] * dy[i]);
  }
}

// A warp a weight, or a bias behind the last weight: its lanes share the pixels.
__global__ void weigh(const float* x, const float* dy, float* dw, float* db, Shape z) {
  const int lane = threadIdx.x, Cg = z.C / z.groups, depth = Cg * z.R * z.S;
  const int t = blockIdx.x * WARPS + threadIdx.y, k = blockIdx.y;
  if (t > depth) return;
  const int s = t % z.S, r = t / z.S % z.R, c = k / (z.K / z.groups) * Cg + t / (z.R * z.S), pixels = z.P * z.Q;
  float sum = 0.0f;
  for (int i = lane; i < z.N * pixels; i += 32) {
    const int n = i / pixels, pixel = i % pixels;
    const int h = pixel / z.Q * z.stride_h + r * z.dilation_h - z.pad_h, v = pixel % z.Q * z.stride_w + s * z.dilation_w - z.pad_w;
    const float slope = dy[(n * z.K + k) * pixels + pixel];
    if (t == depth) {
      sum += slope;
    } else if (inside(z, h, v)) {
      sum = fmaf(slope, x[((n * z.C + c) * z.H + h) * z.W + v], sum);
    }
  }
  sum = sum_of_warp(sum);
  if (lane == 0) (t == depth ? db[k] : dw[k * depth + t]) = sum;
}

}  // namespace

extern "C" int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R,
                                 int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                                 int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const int outputs = N * K * P * Q;
  if (outputs > 0) {
    forward<<<ck::ceil_div(outputs, WARPS), dim3(32, WARPS), 0, static_cast<cudaStream_t>(stream)>>>(x, w, bias, y, z, outputs);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

extern "C" int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H,
                                     int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                                     int dilation_h, int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const auto on = static_cast<cudaStream_t>(stream);
  const unsigned blocks = ck::ceil_div(P * Q, THREADS);
  for (int n = 0; n < N; ++n) {
    gather<<<dim3(blocks, C), THREADS, 0, on>>>(x + n * C * H * W, workspace, z);
    CK_CHECK_LAUNCH();
    multiply<<<dim3(blocks, K), THREADS, 0, on>>>(workspace, w, bias, y + n * K * P * Q, z);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P,
                                       int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                                       void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const auto on = static_cast<cudaStream_t>(stream);
  const int outputs = N * K * P * Q;
  if (outputs == 0) return cudaSuccess;
  CK_CHECK(cudaMemsetAsync(dx, 0, sizeof(float) * N * C * H * W, on));
  scatter<<<ck::ceil_div(outputs, THREADS), THREADS, 0, on>>>(dy, w, dx, z, outputs);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R,
                                         int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h,
                                         int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const unsigned blocks = ck::ceil_div(C / groups * R * S + 1, WARPS);
  weigh<<<dim3(blocks, K), dim3(32, WARPS), 0, static_cast<cudaStream_t>(stream)>>>(x, dy, dw, db, z);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

namespace {

// Leaves the function with the status of a call of cuDNN's, unless it is success.
#define CUDNN_CHECK(call)                                     \
  do {                                                        \
    const cudnnStatus_t status_ = (call);                     \
    if (status_ != CUDNN_STATUS_SUCCESS) return int(status_); \
  } while (0)

struct Cudnn {  // destroyed on every way out
  cudnnHandle_t handle = nullptr;
  cudnnTensorDescriptor_t x = nullptr, y = nullptr, bias = nullptr;
  cudnnFilterDescriptor_t w = nullptr;
  cudnnConvolutionDescriptor_t convolution = nullptr;

  ~Cudnn() {
    if (convolution) cudnnDestroyConvolutionDescriptor(convolution);
    if (w) cudnnDestroyFilterDescriptor(w);
    if (bias) cudnnDestroyTensorDescriptor(bias);
    if (y) cudnnDestroyTensorDescriptor(y);
    if (x) cudnnDestroyTensorDescriptor(x);
    if (handle) cudnnDestroy(handle);
  }
};

}  // namespace

extern "C" int ck_conv2d_cudnn(const float* x, const float* w, const float* bias, float* y, unsigned char* workspace,
                               long long workspace_bytes, int N, int C, int H, int W, int K, int R, int S, int P, int Q, int stride_h,
                               int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, void* stream) {
  if (N == 0) return cudaSuccess;  // cuDNN has no tensors without elements
  constexpr auto ALGORITHM = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
  const float one = 1.0f, zero = 0.0f;
  Cudnn d;
  CUDNN_CHECK(cudnnCreate(&d.handle));
  CUDNN_CHECK(cudnnSetStream(d.handle, static_cast<cudaStream_t>(stream)));
  CUDNN_CHECK(cudnnCreateTensorDescriptor(&d.x));
  CUDNN_CHECK(cudnnCreateTensorDescriptor(&d.y));
  CUDNN_CHECK(cudnnCreateTensorDescriptor(&d.bias));
  CUDNN_CHECK(cudnnCreateFilterDescriptor(&d.w));
  CUDNN_CHECK(cudnnCreateConvolutionDescriptor(&d.convolution));
  CUDNN_CHECK(cudnnSetTensor4dDescriptor(d.x, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, N, C, H, W));
  CUDNN_CHECK(cudnnSetTensor4dDescriptor(d.y, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, N, K, P, Q));
  CUDNN_CHECK(cudnnSetTensor4dDescriptor(d.bias, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1, K, 1, 1));
  CUDNN_CHECK(cudnnSetFilter4dDescriptor(d.w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, K, C / groups, R, S));
  CUDNN_CHECK(cudnnSetConvolution2dDescriptor(d.convolution, pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w,
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  CUDNN_CHECK(cudnnSetConvolutionGroupCount(d.convolution, groups));
  CUDNN_CHECK(cudnnSetConvolutionMathType(d.convolution, CUDNN_FMA_MATH));  // the default may round to TF32 on a card
  CUDNN_CHECK(cudnnConvolutionForward(d.handle, &one, d.x, x, d.w, w, d.convolution, ALGORITHM, workspace, workspace_bytes, &zero, d.y, y));
  CUDNN_CHECK(cudnnAddTensor(d.handle, &one, d.bias, bias, &one, d.y, y));
  return cudaSuccess;
}

extern "C" int ck_conv_cost(const int* layers, long long* parameters, long long* macs, long long* totals, int count) {
  totals[0] = totals[1] = 0;
  for (int i = 0; i < count; ++i) {
    const int* row = layers + i * CK_LAYER_COLUMNS;
    const long long P = (row[CK_H] + 2 * row[CK_PAD_H] - row[CK_R]) / row[CK_STRIDE_H] + 1;
    const long long Q = (row[CK_W] + 2 * row[CK_PAD_W] - row[CK_S]) / row[CK_STRIDE_W] + 1;
    const long long weights = 1LL * row[CK_K] * (row[CK_C] / row[CK_GROUPS]) * row[CK_R] * row[CK_S];
    parameters[i] = weights + 1LL * row[CK_K] * row[CK_EXTRA];
    macs[i] = weights * P * Q;
    totals[0] += parameters[i];
    totals[1] += macs[i];
  }
  return 0;
}
