// Wrong: loads one number a thread, and no halo.
#include <cudnn.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// One convolution's sizes, as the contract names them. Fits into a kernel's parameters.
struct Shape {
  int N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
};

constexpr int THREADS = 256;

// x[n][c][h][v] under tap (r, s) of output (p, q); 0 in the padding.
__device__ float tap(const float* x, const Shape& z, int n, int c, int r, int s, int p, int q) {
  const int h = p * z.stride_h - z.pad_h + r * z.dilation_h;
  const int v = q * z.stride_w - z.pad_w + s * z.dilation_w;
  if (h < 0 || h >= z.H || v < 0 || v >= z.W) return 0.0f;
  return x[((n * z.C + c) * z.H + h) * z.W + v];
}

// A thread computes one output.
__global__ void __launch_bounds__(THREADS) direct(const float* x, const float* w, const float* bias, float* y, Shape z, int count) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= count) return;
  const int q = i % z.Q, p = i / z.Q % z.P, k = i / (z.P * z.Q) % z.K, n = i / (z.P * z.Q) / z.K;
  const int Cg = z.C / z.groups, first = k / (z.K / z.groups) * Cg;
  float sum = bias[k];
  for (int c = 0; c < Cg; ++c) {
    for (int r = 0; r < z.R; ++r) {
      for (int s = 0; s < z.S; ++s) sum += w[((k * Cg + c) * z.R + r) * z.S + s] * tap(x, z, n, first + c, r, s, p, q);
    }
  }
  y[i] = sum;
}

constexpr int TILE = 16;  // a block is TILE x TILE threads and computes as many outputs of a channel
constexpr int MOST_SHARED = 48 * 1024;

// What lies under the windows of `TILE` outputs in a row, from the first tap of the first one to the last tap of the last one.
__host__ __device__ constexpr int extent(int stride, int taps, int dilation) { return (TILE - 1) * stride + (taps - 1) * dilation + 1; }

__global__ void __launch_bounds__(THREADS)
    halo(const float* x, const float* w, const float* bias, float* y, Shape z, int tiles_q, int tiles_p) {
  extern __shared__ float in[];  // [height][width]: one channel of x under this block's windows
  const int tx = threadIdx.x % TILE, ty = threadIdx.x / TILE;
  const int q0 = blockIdx.x % tiles_q * TILE, p0 = blockIdx.x / tiles_q % tiles_p * TILE;
  const int k = blockIdx.x / tiles_q / tiles_p % z.K, n = blockIdx.x / tiles_q / tiles_p / z.K;
  const int height = extent(z.stride_h, z.R, z.dilation_h), width = extent(z.stride_w, z.S, z.dilation_w);
  const int Cg = z.C / z.groups, first = k / (z.K / z.groups) * Cg;
  const int p = p0 + ty, q = q0 + tx;

  float sum = bias[k];
  for (int c = 0; c < Cg; ++c) {
    // Every thread takes part, those outside of y too: others need what they load.
    if (const int i = threadIdx.x; i < height * width) {
      const int h = p0 * z.stride_h - z.pad_h + i / width, v = q0 * z.stride_w - z.pad_w + i % width;
      const bool inside = h >= 0 && h < z.H && v >= 0 && v < z.W;
      in[i] = inside ? x[((n * z.C + first + c) * z.H + h) * z.W + v] : 0.0f;
    }
    __syncthreads();  // wait: other threads still write this tile

    const float* weights = w + (k * Cg + c) * z.R * z.S;
    for (int r = 0; r < z.R; ++r) {
      for (int s = 0; s < z.S; ++s) {
        sum += weights[r * z.S + s] * in[(ty * z.stride_h + r * z.dilation_h) * width + tx * z.stride_w + s * z.dilation_w];
      }
    }
    __syncthreads();  // wait: slower threads still read this tile
  }
  if (p < z.P && q < z.Q) y[((n * z.K + k) * z.P + p) * z.Q + q] = sum;
}

// columns[c][r][s][p][q] of one image: a thread an element.
__global__ void __launch_bounds__(THREADS) im2col(const float* x, float* columns, Shape z, int count) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= count) return;
  const int q = i % z.Q, p = i / z.Q % z.P, row = i / (z.P * z.Q);
  columns[i] = tap(x, z, 0, row / (z.R * z.S), row / z.S % z.R, row % z.S, p, q);
}

// y[k][pixel] of one image: a row of weights times the columns of its group. A thread an output.
__global__ void __launch_bounds__(THREADS) product(const float* columns, const float* w, const float* bias, float* y, Shape z) {
  const int i = blockIdx.x * THREADS + threadIdx.x, pixels = z.P * z.Q;
  if (i >= z.K * pixels) return;
  const int k = i / pixels, depth = z.C / z.groups * z.R * z.S, first = k / (z.K / z.groups) * depth;
  float sum = bias[k];
  for (int j = 0; j < depth; ++j) sum += w[k * depth + j] * columns[(first + j) * pixels + i % pixels];
  y[i] = sum;
}

// A thread gathers one element of dx: from every output whose window it lay in.
__global__ void __launch_bounds__(THREADS) backward_data(const float* dy, const float* w, float* dx, Shape z, int count) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= count) return;
  const int v = i % z.W, h = i / z.W % z.H, c = i / (z.H * z.W) % z.C, n = i / (z.H * z.W) / z.C;
  const int Cg = z.C / z.groups, Kg = z.K / z.groups, g = c / Cg;
  float sum = 0.0f;
  for (int r = 0; r < z.R; ++r) {
    const int down = h + z.pad_h - r * z.dilation_h, p = down / z.stride_h;
    if (down < 0 || down % z.stride_h || p >= z.P) continue;  // no output has this row under tap r
    for (int s = 0; s < z.S; ++s) {
      const int right = v + z.pad_w - s * z.dilation_w, q = right / z.stride_w;
      if (right < 0 || right % z.stride_w || q >= z.Q) continue;
      for (int k = g * Kg; k < (g + 1) * Kg; ++k) {
        sum += w[((k * Cg + c % Cg) * z.R + r) * z.S + s] * dy[((n * z.K + k) * z.P + p) * z.Q + q];
      }
    }
  }
  dx[i] = sum;
}

// A thread gathers one element of dw, or of db, over all pixels of all images.
__global__ void __launch_bounds__(THREADS) backward_weight(const float* x, const float* dy, float* dw, float* db, Shape z, int weights) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= weights + z.K) return;
  const int Cg = z.C / z.groups, s = i % z.S, r = i / z.S % z.R, c = i / (z.R * z.S) % Cg;
  const bool is_weight = i < weights;
  const int k = is_weight ? i / (z.R * z.S) / Cg : i - weights, first = k / (z.K / z.groups) * Cg;
  float sum = 0.0f;
  for (int n = 0; n < z.N; ++n) {
    for (int p = 0; p < z.P; ++p) {
      for (int q = 0; q < z.Q; ++q) {
        const float in = is_weight ? tap(x, z, n, first + c, r, s, p, q) : 1.0f;
        sum += dy[((n * z.K + k) * z.P + p) * z.Q + q] * in;
      }
    }
  }
  if (is_weight) {
    dw[i] = sum;
  } else {
    db[k] = sum;
  }
}

}  // namespace

extern "C" int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R,
                                 int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                                 int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const auto on = static_cast<cudaStream_t>(stream);
  const int count = N * K * P * Q, tiles_q = ck::ceil_div(Q, TILE), tiles_p = ck::ceil_div(P, TILE);
  if (count == 0) return cudaSuccess;  // an empty grid can't be launched
  const size_t bytes = sizeof(float) * extent(stride_h, R, dilation_h) * extent(stride_w, S, dilation_w);
  if (bytes <= MOST_SHARED) {
    halo<<<unsigned(tiles_q) * tiles_p * K * N, THREADS, bytes, on>>>(x, w, bias, y, z, tiles_q, tiles_p);
  } else {
    direct<<<ck::ceil_div(count, THREADS), THREADS, 0, on>>>(x, w, bias, y, z, count);
  }
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H,
                                     int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                                     int dilation_h, int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const auto on = static_cast<cudaStream_t>(stream);
  const int count = C * R * S * P * Q;
  for (int n = 0; n < N; ++n) {
    im2col<<<ck::ceil_div(count, THREADS), THREADS, 0, on>>>(x + n * C * H * W, workspace, z, count);
    CK_CHECK_LAUNCH();
    product<<<ck::ceil_div(K * P * Q, THREADS), THREADS, 0, on>>>(workspace, w, bias, y + n * K * P * Q, z);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P,
                                       int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                                       void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const int count = N * C * H * W;
  if (count == 0) return cudaSuccess;
  backward_data<<<ck::ceil_div(count, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(dy, w, dx, z, count);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R,
                                         int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h,
                                         int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const int weights = K * (C / groups) * R * S;
  const int blocks = ck::ceil_div(weights + K, THREADS);
  backward_weight<<<blocks, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, dy, dw, db, z, weights);
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
