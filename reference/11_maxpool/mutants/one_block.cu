// Wrong: one block walks over all outputs, and the rest of the GPU looks on.
#include "ck/check.cuh"

namespace {

const int kThreads = 128;
const long long kBlocks = 1;  // at most

struct Window {
  int h0, h1, w0, w1;  // rows and columns within the plane, ends excluded
};

__device__ Window window(int p, int q, int H, int W, int kh, int kw, int stride, int top, int left) {
  const int h = p * stride - top, w = q * stride - left;
  return {h < 0 ? 0 : h, h + kh > H ? H : h + kh, w < 0 ? 0 : w, w + kw > W ? W : w + kw};
}

__global__ void forward(const float* x, float* y, int* argmax, long long count, int H, int W, int P, int Q, int kh, int kw, int stride,
                        int top, int left) {
  for (long long o = blockIdx.x * (long long)blockDim.x + threadIdx.x; o < count; o += (long long)gridDim.x * blockDim.x) {
    const float* plane = x + o / (P * Q) * H * W;
    const Window in = window(int(o / Q % P), int(o % Q), H, W, kh, kw, stride, top, left);
    int where = in.h0 * W + in.w0;
    for (int h = in.h0; h < in.h1; ++h)
      for (int w = in.w0; w < in.w1; ++w) {
        const float best = plane[where], other = plane[h * W + w];
        if (other > best || (other != other && best == best)) where = h * W + w;
      }
    argmax[o] = where;
    y[o] = plane[where];
  }
}

__global__ void clear(float* dx, long long count) {
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) dx[i] = 0;
}

__global__ void backward(const float* dy, const int* argmax, float* dx, long long count, int plane, int outputs) {
  for (long long o = blockIdx.x * (long long)blockDim.x + threadIdx.x; o < count; o += (long long)gridDim.x * blockDim.x)
    atomicAdd(dx + o / outputs * plane + argmax[o], dy[o]);
}

unsigned blocks(long long count) {
  const long long wanted = (count + kThreads - 1) / kThreads;
  return unsigned(wanted < kBlocks ? wanted : kBlocks);
}

}  // namespace

extern "C" int ck_maxpool_forward(const float* x, float* y, int* argmax, int N, int C, int H, int W, int kh, int kw, int stride,
                                  int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const int P = (H + pad_top + pad_bottom - kh) / stride + 1, Q = (W + pad_left + pad_right - kw) / stride + 1;
  const long long count = (long long)N * C * P * Q;
  if (count == 0) return 0;
  forward<<<blocks(count), kThreads, 0, (cudaStream_t)stream>>>(x, y, argmax, count, H, W, P, Q, kh, kw, stride, pad_top, pad_left);
  return cudaGetLastError();
}

extern "C" int ck_maxpool_backward(const float* dy, const int* argmax, float* dx, int N, int C, int H, int W, int kh, int kw, int stride,
                                   int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const int P = (H + pad_top + pad_bottom - kh) / stride + 1, Q = (W + pad_left + pad_right - kw) / stride + 1;
  const long long count = (long long)N * C * P * Q, numbers = (long long)N * C * H * W;
  if (count == 0) return 0;
  clear<<<blocks(numbers), kThreads, 0, (cudaStream_t)stream>>>(dx, numbers);
  CK_CHECK_LAUNCH();
  backward<<<blocks(count), kThreads, 0, (cudaStream_t)stream>>>(dy, argmax, dx, count, H * W, P * Q);
  CK_CHECK_LAUNCH();
  return 0;
}
