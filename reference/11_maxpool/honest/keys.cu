// Correct in another style: a number and its place become one key of 64 bits, and the larger key wins. The number comes first, in an order
// of unsigned integers, and then the place, turned round, so that of equal numbers the first has the larger key. A warp pools a window
// together: its lanes take the window's numbers in turn, and shuffles find the largest key. Backward, a block owns a plane of dx.
#include "ck/check.cuh"

namespace {

using Key = unsigned long long;

__device__ Key key(float v, int place) {
  unsigned bits = __float_as_uint(v + 0.0f);  // -0 becomes +0
  bits = isnan(v) ? 0xffffffffu : bits >> 31 ? ~bits : bits | 0x80000000u;
  return Key(bits) << 32 | unsigned(~place);
}

__global__ void pool(const float* x, float* y, int* argmax, int windows, int H, int W, int P, int Q, int kh, int kw, int stride, int top,
                     int left) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int o = blockIdx.x * (blockDim.x / 32) + warp;
  if (o >= windows) return;  // the whole warp leaves
  x += (size_t)(o / (P * Q)) * H * W;
  Key best = 0;
  for (int i = lane; i < kh * kw; i += 32) {
    const int h = o / Q % P * stride - top + i / kw, w = o % Q * stride - left + i % kw;
    if (h >= 0 && h < H && w >= 0 && w < W) best = max(best, key(x[h * W + w], h * W + w));
  }
  for (int apart = 16; apart > 0; apart /= 2) best = max(best, __shfl_xor_sync(0xffffffffu, best, apart));
  if (lane == 0) {
    argmax[o] = ~int(unsigned(best));
    y[o] = x[argmax[o]];
  }
}

__global__ void spread(const float* dy, const int* argmax, float* dx, int plane, int windows) {
  dx += (size_t)blockIdx.x * plane;
  dy += (size_t)blockIdx.x * windows;
  argmax += (size_t)blockIdx.x * windows;
  for (int i = threadIdx.x; i < plane; i += blockDim.x) dx[i] = 0.0f;
  __syncthreads();  // wait: the plane is this block's alone, and now it is clean
  for (int o = threadIdx.x; o < windows; o += blockDim.x) atomicAdd(&dx[argmax[o]], dy[o]);
}

}  // namespace

extern "C" int ck_maxpool_forward(const float* x, float* y, int* argmax, int N, int C, int H, int W, int kh, int kw, int stride,
                                  int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const int P = (H + pad_top + pad_bottom - kh) / stride + 1, Q = (W + pad_left + pad_right - kw) / stride + 1;
  const int windows = N * C * P * Q;
  if (windows == 0) return cudaSuccess;
  pool<<<(windows - 1) / 4 + 1, 128, 0, static_cast<cudaStream_t>(stream)>>>(x, y, argmax, windows, H, W, P, Q, kh, kw, stride, pad_top,
                                                                             pad_left);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_maxpool_backward(const float* dy, const int* argmax, float* dx, int N, int C, int H, int W, int kh, int kw, int stride,
                                   int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const int P = (H + pad_top + pad_bottom - kh) / stride + 1, Q = (W + pad_left + pad_right - kw) / stride + 1;
  if (N * C == 0) return cudaSuccess;
  spread<<<N * C, 256, 0, static_cast<cudaStream_t>(stream)>>>(dy, argmax, dx, H * W, P * Q);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
