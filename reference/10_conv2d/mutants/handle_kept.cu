// Wrong: never destroys cuDNN's handle.
#include <cudnn.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// One convolution's sizes, as the contract names them. Fits into a kernel's parameters.
struct Shape {
  int N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
};

constexpr int BM = 64, BN = 64;                // a block's tile of the result
constexpr int BK = 16;                         // the slice of the depth that is staged at a time
constexpr int TM = 4, TN = 4;                  // a thread's elements of the result
constexpr int ROWS = BM / TM, COLS = BN / TN;  // the block as a grid of threads: 16 x 16
constexpr int THREADS = ROWS * COLS;
constexpr int PITCH = BN + 2;  // of B's tile: lanes that store 16 rows x 2 columns find 32 banks, as those do that store 1 row x 32

// x[n][c][h][v] under tap (r, s) of output (p, q); 0 in the padding.
__device__ float tap(const float* x, const Shape& z, int n, int c, int r, int s, int p, int q) {
  const int h = p * z.stride_h - z.pad_h + r * z.dilation_h;
  const int v = q * z.stride_w - z.pad_w + s * z.dilation_w;
  if (h < 0 || h >= z.H || v < 0 || v >= z.W) return 0.0f;
  return x[((n * z.C + c) * z.H + h) * z.W + v];
}

// What a product is made of: result (row, col) of a group is the sum over k of a(row, k) * b(k, col). B_ALONG_K: neighbours of k lie side
// by side in b's memory, not neighbours of col. `splits` blocks share the sum of one tile.
struct Forward {
  static constexpr bool B_ALONG_K = false;
  const float *x, *w, *bias;
  float* y;
  Shape z;
  int rows, cols, depth, splits;  // Kg output channels, N * P * Q pixels, Cg * R * S taps

  __device__ float a(int g, int row, int k) const { return w[(g * rows + row) * depth + k]; }
  __device__ float b(int g, int k, int col) const {
    const int c = g * (z.C / z.groups) + k / (z.R * z.S), r = k / z.S % z.R, s = k % z.S;
    return tap(x, z, col / (z.P * z.Q), c, r, s, col / z.Q % z.P, col % z.Q);
  }
  __device__ void store(int g, int row, int col, float sum) const {
    const int channel = g * rows + row, n = col / (z.P * z.Q), pixel = col % (z.P * z.Q);
    y[(n * z.K + channel) * z.P * z.Q + pixel] = sum + bias[channel];
  }
};

struct Columns {  // the product behind im2col, of one image
  static constexpr bool B_ALONG_K = false;
  const float *columns, *w, *bias;
  float* y;  // of this image
  int rows, cols, depth, splits;

  __device__ float a(int g, int row, int k) const { return w[(g * rows + row) * depth + k]; }
  __device__ float b(int g, int k, int col) const { return columns[(g * depth + k) * cols + col]; }
  __device__ void store(int g, int row, int col, float sum) const { y[(g * rows + row) * cols + col] = sum + bias[g * rows + row]; }
};

struct BackwardData {
  static constexpr bool B_ALONG_K = false;
  const float *dy, *w;
  float* dx;
  Shape z;
  int rows, cols, depth, splits;  // Cg input channels, N * H * W pixels, Kg * R * S taps

  __device__ float a(int g, int row, int k) const {
    const int taps = z.R * z.S, channel = g * (z.K / z.groups) + k / taps;
    return w[(channel * rows + row) * taps + k % taps];
  }
  // dy where this pixel lay under tap (r, s): none, if the stride stepped over it.
  __device__ float b(int g, int k, int col) const {
    const int channel = g * (z.K / z.groups) + k / (z.R * z.S), r = k / z.S % z.R, s = k % z.S;
    const int n = col / (z.H * z.W), h = col / z.W % z.H, v = col % z.W;
    const int down = h + z.pad_h - r * z.dilation_h, right = v + z.pad_w - s * z.dilation_w;
    if (down < 0 || right < 0 || down % z.stride_h || right % z.stride_w) return 0.0f;
    const int p = down / z.stride_h, q = right / z.stride_w;
    return p < z.P && q < z.Q ? dy[((n * z.K + channel) * z.P + p) * z.Q + q] : 0.0f;
  }
  __device__ void store(int g, int row, int col, float sum) const {
    const int n = col / (z.H * z.W), pixel = col % (z.H * z.W);
    dx[(n * z.C + g * rows + row) * z.H * z.W + pixel] = sum;
  }
};

struct BackwardWeight {
  static constexpr bool B_ALONG_K = true;
  const float *x, *dy;
  float *dw, *db;
  Shape z;
  int rows, cols, depth, splits;  // Kg output channels, Cg * R * S taps and the bias, N * P * Q pixels

  __device__ float a(int g, int row, int k) const {
    const int n = k / (z.P * z.Q), pixel = k % (z.P * z.Q);
    return dy[(n * z.K + g * rows + row) * z.P * z.Q + pixel];
  }
  __device__ float b(int g, int k, int col) const {
    if (col == cols - 1) return 1.0f;  // the bias' input
    const int c = g * (z.C / z.groups) + col / (z.R * z.S), r = col / z.S % z.R, s = col % z.S;
    return tap(x, z, k / (z.P * z.Q), c, r, s, k / z.Q % z.P, k % z.Q);
  }
  __device__ void store(int g, int row, int col, float sum) const {
    const int channel = g * rows + row;
    float* to = col == cols - 1 ? db + channel : dw + channel * (cols - 1) + col;
    atomicAdd(to, sum);  // other splits add to it too
  }
};

template <class Product>
__global__ void __launch_bounds__(THREADS) multiply(Product product, int groups) {
  __shared__ float As[BM][BK];
  __shared__ float Bs[BK][PITCH];
  const int tx = threadIdx.x % COLS, ty = threadIdx.x / COLS;
  const int tiles_per_row = ck::ceil_div(product.cols, BN), tiles_per_col = ck::ceil_div(product.rows, BM);
  const int col0 = blockIdx.x % tiles_per_row * BN, row0 = blockIdx.x / tiles_per_row % tiles_per_col * BM;
  const int g = blockIdx.x / tiles_per_row / tiles_per_col % groups, split = blockIdx.x / tiles_per_row / tiles_per_col / groups;
  const int share = ck::round_up(ck::ceil_div(product.depth, product.splits), BK);
  const int begin = split * share, end = min(product.depth, begin + share);

  float sum[TM][TN] = {};
  for (int k0 = begin; k0 < end; k0 += BK) {
    for (int i = threadIdx.x; i < BM * BK; i += THREADS) {
      const int row = row0 + i / BK, k = k0 + i % BK;
      As[i / BK][i % BK] = row < product.rows && k < end ? product.a(g, row, k) : 0.0f;
    }
    for (int i = threadIdx.x; i < BK * BN; i += THREADS) {
      const int tk = Product::B_ALONG_K ? i % BK : i / BN, tn = Product::B_ALONG_K ? i / BK : i % BN;
      const int k = k0 + tk, col = col0 + tn;
      Bs[tk][tn] = k < end && col < product.cols ? product.b(g, k, col) : 0.0f;
    }
    __syncthreads();  // wait: other threads still write this tile

    for (int k = 0; k < BK; ++k) {
      float a[TM], b[TN];
      for (int i = 0; i < TM; ++i) a[i] = As[ty + i * ROWS][k];
      for (int j = 0; j < TN; ++j) b[j] = Bs[k][tx + j * COLS];
      for (int i = 0; i < TM; ++i) {
        for (int j = 0; j < TN; ++j) sum[i][j] += a[i] * b[j];
      }
    }
    __syncthreads();  // wait: slower threads still read this tile
  }

  for (int i = 0; i < TM; ++i) {
    for (int j = 0; j < TN; ++j) {
      const int row = row0 + ty + i * ROWS, col = col0 + tx + j * COLS;
      if (row < product.rows && col < product.cols) product.store(g, row, col, sum[i][j]);
    }
  }
}

template <class Product>
int launch(const Product& product, int groups, void* stream) {
  const unsigned tiles = unsigned(ck::ceil_div(product.cols, BN)) * ck::ceil_div(product.rows, BM);
  if (tiles == 0) return cudaSuccess;  // an empty grid can't be launched
  multiply<<<tiles * groups * product.splits, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(product, groups);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

// columns[c][r][s][p][q] of one image: a thread an element.
__global__ void __launch_bounds__(THREADS) im2col(const float* x, float* columns, Shape z, int count) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= count) return;
  const int q = i % z.Q, p = i / z.Q % z.P, row = i / (z.P * z.Q);
  columns[i] = tap(x, z, 0, row / (z.R * z.S), row / z.S % z.R, row % z.S, p, q);
}

constexpr int SPLIT = 512;  // pixels whose share of the weights' gradient one block adds up

}  // namespace

extern "C" int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R,
                                 int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                                 int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  CK_CHECK(launch(Forward{x, w, bias, y, z, K / groups, N * P * Q, C / groups * R * S, 1}, groups, stream));
  return cudaSuccess;
}

extern "C" int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H,
                                     int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                                     int dilation_h, int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const int count = C * R * S * P * Q;
  for (int n = 0; n < N; ++n) {
    im2col<<<ck::ceil_div(count, THREADS), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x + n * C * H * W, workspace, z, count);
    CK_CHECK_LAUNCH();
    CK_CHECK(launch(Columns{workspace, w, bias, y + n * K * P * Q, K / groups, P * Q, C / groups * R * S, 1}, groups, stream));
  }
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P,
                                       int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                                       void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  CK_CHECK(launch(BackwardData{dy, w, dx, z, C / groups, N * H * W, K / groups * R * S, 1}, groups, stream));
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R,
                                         int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h,
                                         int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const int taps = C / groups * R * S;
  CK_CHECK(cudaMemsetAsync(dw, 0, sizeof(float) * K * taps, static_cast<cudaStream_t>(stream)));
  CK_CHECK(cudaMemsetAsync(db, 0, sizeof(float) * K, static_cast<cudaStream_t>(stream)));
  const int splits = ck::ceil_div(N * P * Q, SPLIT);
  if (splits == 0) return cudaSuccess;  // no image: the sums are the zeros that are there
  CK_CHECK(launch(BackwardWeight{x, dy, dw, db, z, K / groups, taps + 1, N * P * Q, splits}, groups, stream));
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
