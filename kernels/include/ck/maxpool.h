// ck/maxpool.h: the contract of assignment 11_maxpool. It is -include'd in front of maxpool.cu, so a launcher with another signature is
// nvcc's own error on the student's line.
//
// A window of kh x kw numbers moves over each plane of x and leaves the largest one behind, and where it stood:
//
//   ck_maxpool_forward    y, argmax <- x
//   ck_maxpool_backward   dx <- dy, argmax
//
//   x, dx        device pointers, N * C planes of H rows of W numbers (NCHW)
//   y, dy        device pointers, N * C planes of P rows of Q numbers
//   argmax       device pointer, as many ints as y has numbers: h * W + w of the largest number of the window, counted within its plane
//   P            (H + pad_top + pad_bottom - kh) / stride + 1, rounded down
//   Q            (W + pad_left + pad_right - kw) / stride + 1, rounded down
//   stream       a cudaStream_t: every kernel is launched on it
//
// Window (p, q) begins at row p * stride - pad_top and column q * stride - pad_left. What of it lies outside of the plane doesn't count (as
// if it were -infinity). The four paddings may differ: Darknet's pooling with stride 1 and size 2 pads by 1 on the right and below, and not
// at all on the left and above.
//
// Rules
//   - Several equal largest numbers: argmax is the first of them in the order of memory. +0 and -0 are equal.
//   - NaN counts as larger than every number: y is NaN if there is one in the window, and argmax is the first one's place.
//   - -infinity is a number like others: argmax always names a place within the window and the plane.
//   - Windows overlap where stride < kh or kw, and leave gaps where stride is larger. dx is the sum of dy over all windows whose largest
//     number stood there, and 0 where there is none; it is written everywhere. What dx held before doesn't matter.
//   - argmax, where it is an input, is what ck_maxpool_forward gives for some x of this shape.
//   - N, C >= 0; with N == 0 or C == 0 nothing is to be done, and the pointers may be null. H, W, kh, kw, stride >= 1.
//     0 <= pad_top, pad_bottom < kh and 0 <= pad_left, pad_right < kw, so each window has a number of the plane. P, Q >= 1.
//   - No array has more than 2^31 - 1 numbers. Pointers are aligned as floats are, to 4 bytes; no more is promised. Arrays don't overlap.
//   - A launcher copies nothing between host and device, waits for nothing, and frees whatever it allocates.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_maxpool_forward(const float* x, float* y, int* argmax, int N, int C, int H, int W, int kh, int kw, int stride, int pad_top,
                       int pad_left, int pad_bottom, int pad_right, void* stream);
int ck_maxpool_backward(const float* dy, const int* argmax, float* dx, int N, int C, int H, int W, int kh, int kw, int stride, int pad_top,
                        int pad_left, int pad_bottom, int pad_right, void* stream);

#ifdef __cplusplus
}
#endif
