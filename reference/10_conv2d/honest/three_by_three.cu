// Honest: 3 x 3 filters at stride 1 have a kernel of their own, whose weights wait in registers; sums over pixels are trees of a block.
#include <cudnn.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

struct Shape {
  int N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
};

constexpr int WIDE = 32, HIGH = 8;

__device__ float at(const float* plane, const Shape& z, int h, int v) {
  return h < 0 || v < 0 || h >= z.H || v >= z.W ? 0.0f : plane[h * z.W + v];
}

// A thread walks down three rows of a column strip: the nine numbers under its window move through registers.
__global__ void three_by_three(const float* x, const float* w, const float* bias, float* y, Shape z) {
  const int q = blockIdx.x * WIDE + threadIdx.x, p0 = (blockIdx.y * HIGH + threadIdx.y) * 3;
  const int k = blockIdx.z % z.K, n = blockIdx.z / z.K, Cg = z.C / z.groups;
  if (q >= z.Q || p0 >= z.P) return;
  float sum[3] = {bias[k], bias[k], bias[k]};
  for (int c = 0; c < Cg; ++c) {
    const float* plane = x + (n * z.C + k / (z.K / z.groups) * Cg + c) * z.H * z.W;
    float f[9];
#pragma unroll
    for (int i = 0; i < 9; ++i) f[i] = w[(k * Cg + c) * 9 + i];
#pragma unroll
    for (int row = 0; row < 5; ++row) {
      const int h = p0 + row - z.pad_h, v = q - z.pad_w;
      const float left = at(plane, z, h, v), middle = at(plane, z, h, v + 1), right = at(plane, z, h, v + 2);
#pragma unroll
      for (int r = 0; r < 3; ++r) {
        if (row - r >= 0 && row - r < 3) sum[row - r] += f[3 * r] * left + f[3 * r + 1] * middle + f[3 * r + 2] * right;
      }
    }
  }
#pragma unroll
  for (int i = 0; i < 3; ++i) {
    if (p0 + i < z.P) y[((n * z.K + k) * z.P + p0 + i) * z.Q + q] = sum[i];
  }
}

__global__ void any_filter(const float* x, const float* w, const float* bias, float* y, Shape z) {
  const int q = blockIdx.x * WIDE + threadIdx.x, p = blockIdx.y * HIGH + threadIdx.y;
  const int k = blockIdx.z % z.K, n = blockIdx.z / z.K, Cg = z.C / z.groups;
  if (q >= z.Q || p >= z.P) return;
  float sum = 0.0f;
  for (int t = 0; t < Cg * z.R * z.S; ++t) {
    const float* plane = x + (n * z.C + k / (z.K / z.groups) * Cg + t / (z.R * z.S)) * z.H * z.W;
    const int h = p * z.stride_h - z.pad_h + t / z.S % z.R * z.dilation_h, v = q * z.stride_w - z.pad_w + t % z.S * z.dilation_w;
    sum += w[k * Cg * z.R * z.S + t] * at(plane, z, h, v);
  }
  y[((n * z.K + k) * z.P + p) * z.Q + q] = sum + bias[k];
}

// A block a row of the columns' matrix.
__global__ void rows_of_columns(const float* x, float* columns, Shape z) {
  const int s = blockIdx.x % z.S, r = blockIdx.x / z.S % z.R, c = blockIdx.x / (z.R * z.S);
  for (int i = threadIdx.x; i < z.P * z.Q; i += blockDim.x) {
    const int h = i / z.Q * z.stride_h - z.pad_h + r * z.dilation_h, v = i % z.Q * z.stride_w - z.pad_w + s * z.dilation_w;
    columns[blockIdx.x * z.P * z.Q + i] = at(x + c * z.H * z.W, z, h, v);
  }
}

// A block keeps one output channel's weights in shared memory, as many at a time as fit.
__global__ void channel(const float* columns, const float* w, const float* bias, float* y, Shape z) {
  __shared__ float filter[256];
  const int k = blockIdx.y, i = blockIdx.x * 256 + threadIdx.x, pixels = z.P * z.Q, depth = z.C / z.groups * z.R * z.S;
  float sum = bias[k];
  for (int t0 = 0; t0 < depth; t0 += 256) {
    __syncthreads();
    if (t0 + threadIdx.x < depth) filter[threadIdx.x] = w[k * depth + t0 + threadIdx.x];
    __syncthreads();
    if (i >= pixels) continue;
    for (int t = t0; t < min(depth, t0 + 256); ++t) sum += filter[t - t0] * columns[(k / (z.K / z.groups) * depth + t) * pixels + i];
  }
  if (i < pixels) y[k * pixels + i] = sum;
}

__global__ void backward_data(const float* dy, const float* w, float* dx, Shape z) {
  const int v = blockIdx.x * WIDE + threadIdx.x, h = blockIdx.y * HIGH + threadIdx.y, c = blockIdx.z % z.C, n = blockIdx.z / z.C;
  const int Cg = z.C / z.groups, Kg = z.K / z.groups;
  if (v >= z.W || h >= z.H) return;
  float sum = 0.0f;
  for (int k = c / Cg * Kg; k < (c / Cg + 1) * Kg; ++k) {
    for (int t = 0; t < z.R * z.S; ++t) {
      const int down = h + z.pad_h - t / z.S * z.dilation_h, right = v + z.pad_w - t % z.S * z.dilation_w;
      const int p = down / z.stride_h, q = right / z.stride_w;
      const bool used = down >= 0 && right >= 0 && p * z.stride_h == down && q * z.stride_w == right && p < z.P && q < z.Q;
      if (used) sum += w[(k * Cg + c % Cg) * z.R * z.S + t] * dy[((n * z.K + k) * z.P + p) * z.Q + q];
    }
  }
  dx[((n * z.C + c) * z.H + h) * z.W + v] = sum;
}

__device__ float sum_of_block(float value) {
  __shared__ float values[128];
  values[threadIdx.x] = value;
  __syncthreads();
  for (int half = 64; half > 0; half /= 2) {
    if (threadIdx.x < half) values[threadIdx.x] += values[threadIdx.x + half];
    __syncthreads();
  }
  return values[0];
}

// A block a weight.
__global__ void weight(const float* x, const float* dy, float* dw, Shape z) {
  const int Cg = z.C / z.groups, t = blockIdx.x % (Cg * z.R * z.S), k = blockIdx.x / (Cg * z.R * z.S), pixels = z.P * z.Q;
  const int c = k / (z.K / z.groups) * Cg + t / (z.R * z.S);
  float sum = 0.0f;
  for (int i = threadIdx.x; i < z.N * pixels; i += 128) {
    const int n = i / pixels, p = i % pixels / z.Q, q = i % z.Q;
    const int h = p * z.stride_h - z.pad_h + t / z.S % z.R * z.dilation_h, v = q * z.stride_w - z.pad_w + t % z.S * z.dilation_w;
    sum += dy[(n * z.K + k) * pixels + i % pixels] * at(x + (n * z.C + c) * z.H * z.W, z, h, v);
  }
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) dw[blockIdx.x] = sum;
}

__global__ void bias_of(const float* dy, float* db, Shape z) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < z.N * z.P * z.Q; i += 128) sum += dy[(i / (z.P * z.Q) * z.K + blockIdx.x) * z.P * z.Q + i % (z.P * z.Q)];
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) db[blockIdx.x] = sum;
}

}  // namespace

extern "C" int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R,
                                 int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                                 int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  if (N == 0) return cudaSuccess;
  const dim3 block(WIDE, HIGH);
  const bool plain = R == 3 && S == 3 && stride_h == 1 && stride_w == 1 && dilation_h == 1 && dilation_w == 1;
  if (plain) {
    const dim3 grid(ck::ceil_div(Q, WIDE), ck::ceil_div(P, 3 * HIGH), N * K);
    three_by_three<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(x, w, bias, y, z);
  } else {
    const dim3 grid(ck::ceil_div(Q, WIDE), ck::ceil_div(P, HIGH), N * K);
    any_filter<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(x, w, bias, y, z);
  }
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H,
                                     int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                                     int dilation_h, int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  for (int n = 0; n < N; ++n) {
    rows_of_columns<<<C * R * S, 128, 0, static_cast<cudaStream_t>(stream)>>>(x + n * C * H * W, workspace, z);
    CK_CHECK_LAUNCH();
    const dim3 grid(ck::ceil_div(P * Q, 256), K);
    channel<<<grid, 256, 0, static_cast<cudaStream_t>(stream)>>>(workspace, w, bias, y + n * K * P * Q, z);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P,
                                       int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                                       void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  if (N == 0) return cudaSuccess;
  const dim3 grid(ck::ceil_div(W, WIDE), ck::ceil_div(H, HIGH), N * C);
  backward_data<<<grid, dim3(WIDE, HIGH), 0, static_cast<cudaStream_t>(stream)>>>(dy, w, dx, z);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R,
                                         int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h,
                                         int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  weight<<<K*(C / groups) * R * S, 128, 0, static_cast<cudaStream_t>(stream)>>>(x, dy, dw, z);
  CK_CHECK_LAUNCH();
  bias_of<<<K, 128, 0, static_cast<cudaStream_t>(stream)>>>(dy, db, z);
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
