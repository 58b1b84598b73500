// conv2d.cu: convolution, its gradients, and what it costs. The contract stands in ck/conv2d.h, the hand-out in README.md.
#include <cudnn.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// One convolution's sizes, as the contract names them. Fits into a kernel's parameters.
struct Shape {
  int N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
};

// TODO: your kernels. A __device__ function that finds the input of output (p, q) under tap (r, s) is a good first one.

}  // namespace

extern "C" int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R,
                                 int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                                 int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  // TODO: launch on `stream` (a cudaStream_t), and write CK_CHECK_LAUNCH(); behind each launch.
  return cudaSuccess;
}

extern "C" int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H,
                                     int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                                     int dilation_h, int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  // TODO: for each image: its columns into the workspace, then a matrix product for each group.
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P,
                                       int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                                       void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  // TODO: which outputs did an input contribute to, and through which weight?
  return cudaSuccess;
}

extern "C" int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R,
                                         int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h,
                                         int dilation_w, int groups, void* stream) {
  [[maybe_unused]] const Shape z{N, C, H, W, K, R, S, P, Q, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups};
  // TODO: a weight takes part in every pixel of every image, and so does a bias.
  return cudaSuccess;
}

namespace {

// TODO: cuDNN's handle and descriptors. Whatever fails on the way, what was created has to be destroyed.

}  // namespace

extern "C" int ck_conv2d_cudnn(const float* x, const float* w, const float* bias, float* y, unsigned char* workspace,
                               long long workspace_bytes, int N, int C, int H, int W, int K, int R, int S, int P, int Q, int stride_h,
                               int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, void* stream) {
  // TODO: create, describe, ask how much workspace the algorithm needs, call. Look at every status.
  return cudaSuccess;
}

extern "C" int ck_conv_cost(const int* layers, long long* parameters, long long* macs, long long* totals, int count) {
  // TODO: how often is each weight of a layer used in one image?
  return 0;
}
