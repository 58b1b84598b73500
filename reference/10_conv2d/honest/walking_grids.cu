// Honest: a grid of bounded size walks over the elements; in forward a thread computes four outputs side by side.
#include <cudnn.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

struct Shape {
  int N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
};

constexpr int THREADS = 192, MOST_BLOCKS = 64, SIDE = 4;

unsigned blocks_for(int count) {
  const int wanted = ck::ceil_div(count, THREADS);
  return wanted < 1 ? 1 : wanted > MOST_BLOCKS ? MOST_BLOCKS : wanted;
}

__global__ void forward(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, float* __restrict__ y,
                        Shape z) {
  const int strips = ck::ceil_div(z.Q, SIDE), Cg = z.C / z.groups;
  for (int i = blockIdx.x * THREADS + threadIdx.x; i < z.N * z.K * z.P * strips; i += gridDim.x * THREADS) {
    const int q0 = i % strips * SIDE, p = i / strips % z.P, nk = i / strips / z.P, k = nk % z.K, n = nk / z.K;
    const float* image = x + (n * z.C + k / (z.K / z.groups) * Cg) * z.H * z.W;
    const float* filter = w + k * Cg * z.R * z.S;
    float sum[SIDE] = {};
    for (int c = 0; c < Cg; ++c, image += z.H * z.W) {
      for (int r = 0; r < z.R; ++r) {
        const int h = p * z.stride_h - z.pad_h + r * z.dilation_h;
        if (h < 0 || h >= z.H) {
          filter += z.S;
          continue;
        }
        for (int s = 0; s < z.S; ++s) {
          const float weight = *filter++;
#pragma unroll
          for (int j = 0; j < SIDE; ++j) {
            const int v = (q0 + j) * z.stride_w - z.pad_w + s * z.dilation_w;
            if (v >= 0 && v < z.W && q0 + j < z.Q) sum[j] += weight * image[h * z.W + v];
          }
        }
      }
    }
#pragma unroll
    for (int j = 0; j < SIDE; ++j) {
      if (q0 + j < z.Q) y[(nk * z.P + p) * z.Q + q0 + j] = sum[j] + bias[k];
    }
  }
}

__global__ void clear(float* values, int count) {
  for (int i = blockIdx.x * THREADS + threadIdx.x; i < count; i += gridDim.x * THREADS) values[i] = 0.0f;
}

// The columns of one image are filled from the input's side: zeros first, then every pixel goes where it is used.
__global__ void spread(const float* x, float* columns, Shape z) {
  for (int i = blockIdx.x * THREADS + threadIdx.x; i < z.C * z.H * z.W; i += gridDim.x * THREADS) {
    const int v = i % z.W, h = i / z.W % z.H, c = i / (z.H * z.W);
    for (int r = 0; r < z.R; ++r) {
      for (int s = 0; s < z.S; ++s) {
        const int down = h + z.pad_h - r * z.dilation_h, right = v + z.pad_w - s * z.dilation_w;
        if (down < 0 || right < 0 || down % z.stride_h != 0 || right % z.stride_w != 0) continue;
        const int p = down / z.stride_h, q = right / z.stride_w;
        if (p < z.P && q < z.Q) columns[(((c * z.R + r) * z.S + s) * z.P + p) * z.Q + q] = x[i];
      }
    }
  }
}

__global__ void multiply(const float* columns, const float* w, const float* bias, float* y, Shape z) {
  const int pixels = z.P * z.Q, depth = z.C / z.groups * z.R * z.S;
  for (int i = blockIdx.x * THREADS + threadIdx.x; i < z.K * pixels; i += gridDim.x * THREADS) {
    const int k = i / pixels, first = k / (z.K / z.groups) * depth;
    float sum = 0.0f;
    for (int t = depth - 1; t >= 0; --t) sum += w[k * depth + t] * columns[(first + t) * pixels + i % pixels];
    y[i] = sum + bias[k];
  }
}

__global__ void backward_data(const float* dy, const float* w, float* dx, Shape z) {
  const int Cg = z.C / z.groups, Kg = z.K / z.groups;
  for (int i = blockIdx.x * THREADS + threadIdx.x; i < z.N * z.C * z.H * z.W; i += gridDim.x * THREADS) {
    const int v = i % z.W, h = i / z.W % z.H, c = i / (z.H * z.W) % z.C, n = i / (z.H * z.W) / z.C, first = c / Cg * Kg;
    float sum = 0.0f;
    for (int p = 0; p < z.P; ++p) {
      const int down = h + z.pad_h - p * z.stride_h;
      if (down < 0 || down % z.dilation_h != 0 || down / z.dilation_h >= z.R) continue;
      for (int q = 0; q < z.Q; ++q) {
        const int right = v + z.pad_w - q * z.stride_w;
        if (right < 0 || right % z.dilation_w != 0 || right / z.dilation_w >= z.S) continue;
        const int tap = down / z.dilation_h * z.S + right / z.dilation_w;
        for (int k = first; k < first + Kg; ++k) {
          sum += w[(k * Cg + c % Cg) * z.R * z.S + tap] * dy[((n * z.K + k) * z.P + p) * z.Q + q];
        }
      }
    }
    dx[i] = sum;
  }
}

// One image after the other, each adds to what is there.
__global__ void add_weight(const float* x, const float* dy, float* dw, Shape z) {
  const int Cg = z.C / z.groups;
  for (int i = blockIdx.x * THREADS + threadIdx.x; i < z.K * Cg * z.R * z.S; i += gridDim.x * THREADS) {
    const int s = i % z.S, r = i / z.S % z.R, c = i / (z.R * z.S) % Cg, k = i / (z.R * z.S) / Cg;
    const float* image = x + (k / (z.K / z.groups) * Cg + c) * z.H * z.W;
    float sum = dw[i];
    for (int p = 0; p < z.P; ++p) {
      for (int q = 0; q < z.Q; ++q) {
        const int h = p * z.stride_h - z.pad_h + r * z.dilation_h, v = q * z.stride_w - z.pad_w + s * z.dilation_w;
        if (h >= 0 && h < z.H && v >= 0 && v < z.W) sum += dy[(k * z.P + p) * z.Q + q] * image[h * z.W + v];
      }
    }
    dw[i] = sum;
  }
}

__global__ void add_bias(const float* dy, float* db, int pixels) {
  __shared__ float part[THREADS];
  float sum = 0.0f;
  for (int i = threadIdx.x; i < pixels; i += THREADS) sum += dy[blockIdx.x * pixels + i];
  part[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x > 0) return;
  for (int i = 1; i < THREADS; ++i) sum += part[i];
  db[blockIdx.x] += sum;
}

}  // namespace

extern "C" int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R,
                                 int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                                 int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  if (N == 0) return cudaSuccess;
  forward<<<blocks_for(N * K * P * ck::ceil_div(Q, SIDE)), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, w, bias, y, z);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H,
                                     int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                                     int dilation_h, int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const auto on = static_cast<cudaStream_t>(stream);
  for (int n = 0; n < N; ++n) {
    clear<<<blocks_for(C * R * S * P * Q), THREADS, 0, on>>>(workspace, C * R * S * P * Q);
    CK_CHECK_LAUNCH();
    spread<<<blocks_for(C * H * W), THREADS, 0, on>>>(x + n * C * H * W, workspace, z);
    CK_CHECK_LAUNCH();
    multiply<<<blocks_for(K * P * Q), THREADS, 0, on>>>(workspace, w, bias, y + n * K * P * Q, z);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P,
                                       int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                                       void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  if (N == 0) return cudaSuccess;
  backward_data<<<blocks_for(N * C * H * W), THREADS, 0, static_cast<cudaStream_t>(stream)>>>(dy, w, dx, z);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R,
                                         int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h,
                                         int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  const auto on = static_cast<cudaStream_t>(stream);
  const int weights = K * (C / groups) * R * S;
  clear<<<blocks_for(weights), THREADS, 0, on>>>(dw, weights);
  CK_CHECK_LAUNCH();
  clear<<<blocks_for(K), THREADS, 0, on>>>(db, K);
  CK_CHECK_LAUNCH();
  for (int n = 0; n < N; ++n) {
    add_weight<<<blocks_for(weights), THREADS, 0, on>>>(x + n * C * H * W, dy + n * K * P * Q, dw, z);
    CK_CHECK_LAUNCH();
    add_bias<<<K, THREADS, 0, on>>>(dy + n * K * P * Q, db, P * Q);
    CK_CHECK_LAUNCH();
  }
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
