// ck/conv2d.h: the contract of assignment 10_conv2d. It is -include'd in front of conv2d.cu, so a function with another signature is nvcc's
// own error on the student's line.
//
// With Cg = C / groups and Kg = K / groups, output channel k belongs to group g = k / Kg, which sees the input channels g * Cg + c, c < Cg:
//
//   y[n][k][p][q] = bias[k] + sum over c, r, s of  w[k][c][r][s] * x[n][g * Cg + c][h][v]
//   h = p * stride_h - pad_h + r * dilation_h      v = q * stride_w - pad_w + s * dilation_w      x counts as 0 outside of 0..H-1, 0..W-1
//
//   ck_conv2d_forward          y, straight from x and w
//   ck_conv2d_im2col_gemm      the same y by way of a matrix in `workspace`, which has room for exactly one image's columns:
//                              C * R * S * P * Q floats. Images come one after the other
//   ck_conv2d_backward_data    dx <- gradient with respect to x, from dy and w
//   ck_conv2d_backward_weight  dw, db <- gradients with respect to w and bias, summed over the images
//   ck_conv2d_cudnn            the same y by cuDNN's calls, with `workspace_bytes` bytes of workspace and no more. Its algorithm is
//                              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, in single precision (CUDNN_FMA_MATH)
//   ck_conv_cost               parameters and multiplications of each layer of a network, and in total. A host function: no kernel
//
//   x, dx            device pointers, float [N][C][H][W]; w, dw: [K][C / groups][R][S]; y, dy: [N][K][P][Q]; bias, db: [K]. No gaps
//   N >= 0           images. All other sizes, strides and dilations >= 1, pads >= 0; groups divides C and K
//   P, Q             (H + 2 * pad_h - dilation_h * (R - 1) - 1) / stride_h + 1, rounded down, and likewise; given, at least 1
//   workspace        device pointer, yours until the launched work has ended; may hold anything before
//   stream           a cudaStream_t: every kernel and memset is put on it
//
// Rules
//   - Outputs are overwritten, whatever they held. N == 0: y and dx have no elements (these pointers, and x and dy, may be null); dw and db
//     become zeros, the sum over nothing.
//   - No array, the columns included, has 2^31 elements or more. Pointers are aligned as floats are, to 4 bytes. Arrays don't overlap.
//   - The launchers copy nothing between host and device, wait for nothing, and allocate nothing. ck_conv2d_cudnn destroys what it
//     creates, after an error too (on a card cudnnDestroy waits, which is no fault of yours); no other function uses a library.
//   - They can be called again, with other values at the same addresses.
//
// ck_conv_cost: layers has `count` rows of CK_LAYER_COLUMNS ints (below), one layer each; parameters[i] and macs[i] <- those of row i,
// totals[0] <- all parameters, totals[1] <- all multiply-accumulate operations (MACs). All pointers lead to host memory. A fully connected
// layer is a row whose filter is as large as its input. MACs count the products with weights of one image, those with padding too; adding a
// bias, normalising, activations and pooling count nothing. Sums and products may exceed 32 bits.
//
// The launchers return 0, or the cudaError_t of the first call or launch that failed; ck_conv2d_cudnn returns the first cudnnStatus_t other
// than CUDNN_STATUS_SUCCESS as an int; ck_conv_cost returns 0.
#pragma once

// The columns of a layer's row.
enum ck_layer_column {
  CK_C,  // input channels, height and width
  CK_H,
  CK_W,
  CK_K,  // output channels (filters), height and width of a filter
  CK_R,
  CK_S,
  CK_STRIDE_H,
  CK_STRIDE_W,
  CK_PAD_H,
  CK_PAD_W,
  CK_GROUPS,
  CK_EXTRA,  // further parameters of each output channel: 0, 1 for a bias, 2 for the scale and shift of a batch normalisation
  CK_LAYER_COLUMNS
};

#ifdef __cplusplus
extern "C" {
#endif

int ck_conv2d_forward(const float* x, const float* w, const float* bias, float* y, int N, int C, int H, int W, int K, int R, int S, int P,
                      int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, void* stream);
int ck_conv2d_im2col_gemm(const float* x, const float* w, const float* bias, float* y, float* workspace, int N, int C, int H, int W, int K,
                          int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w,
                          int groups, void* stream);
int ck_conv2d_backward_data(const float* dy, const float* w, float* dx, int N, int C, int H, int W, int K, int R, int S, int P, int Q,
                            int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, void* stream);
int ck_conv2d_backward_weight(const float* x, const float* dy, float* dw, float* db, int N, int C, int H, int W, int K, int R, int S, int P,
                              int Q, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups,
                              void* stream);
int ck_conv2d_cudnn(const float* x, const float* w, const float* bias, float* y, unsigned char* workspace, long long workspace_bytes, int N,
                    int C, int H, int W, int K, int R, int S, int P, int Q, int stride_h, int stride_w, int pad_h, int pad_w,
                    int dilation_h, int dilation_w, int groups, void* stream);
int ck_conv_cost(const int* layers, long long* parameters, long long* macs, long long* totals, int count);

#ifdef __cplusplus
}
#endif
