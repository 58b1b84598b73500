// Correct in another style: nobody adds to a number that another thread adds to. A thread for each number of dx asks the windows that can
// reach it, and stores their sum: no atomic, no memset, and the same order of additions in each run.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int WIDTH = 32;  // of a block: threads along a row
constexpr int HEIGHT = 8;

struct Shape {
  int planes, H, W, P, Q, kh, kw, stride, top, left;
};

// The first of the largest numbers so far; a NaN is larger than every number.
struct Best {
  float value = -INFINITY;
  int index = -1;
  __device__ void meet(float v, int i) {
    if (index < 0 || v > value || (isnan(v) && !isnan(value))) {
      value = v;
      index = i;
    }
  }
};

// Block b -> its plane and its tile of a plane that is so many rows and columns of tiles large.
struct Tile {
  int plane, row, column;
  __device__ Tile(int b, int rows, int columns) : plane(b / (rows * columns)), row(b / columns % rows), column(b % columns) {}
};

__global__ void __launch_bounds__(WIDTH* HEIGHT) pool(const float* x, float* y, int* argmax, Shape s) {
  const Tile at(blockIdx.x, ck::ceil_div(s.P, HEIGHT), ck::ceil_div(s.Q, WIDTH));
  const int p = at.row * HEIGHT + threadIdx.y, q = at.column * WIDTH + threadIdx.x;
  if (p >= s.P || q >= s.Q) return;
  x += (size_t)at.plane * s.H * s.W;
  const int first_row = p * s.stride - s.top, first_column = q * s.stride - s.left;
  Best best;
  for (int h = max(first_row, 0); h < min(first_row + s.kh, s.H); ++h) {
    for (int w = max(first_column, 0); w < min(first_column + s.kw, s.W); ++w) best.meet(x[h * s.W + w], h * s.W + w);
  }
  const size_t o = ((size_t)at.plane * s.P + p) * s.Q + q;
  y[o] = best.value;
  argmax[o] = best.index;
}

__global__ void __launch_bounds__(WIDTH* HEIGHT) gather(const float* dy, const int* argmax, float* dx, Shape s) {
  const Tile at(blockIdx.x, ck::ceil_div(s.H, HEIGHT), ck::ceil_div(s.W, WIDTH));
  const int h = at.row * HEIGHT + threadIdx.y, w = at.column * WIDTH + threadIdx.x;
  if (h >= s.H || w >= s.W) return;
  // windows p with  p * stride - top  <=  h  <  p * stride - top + kh
  const int first_p = ck::ceil_div(max(0, h + s.top - s.kh + 1), s.stride), last_p = min(s.P - 1, (h + s.top) / s.stride);
  const int first_q = ck::ceil_div(max(0, w + s.left - s.kw + 1), s.stride), last_q = min(s.Q - 1, (w + s.left) / s.stride);
  float sum = 0.0f;
  for (int p = first_p; p <= last_p; ++p) {
    for (int q = first_q; q <= last_q; ++q) {
      const size_t o = ((size_t)at.plane * s.P + p) * s.Q + q;
      if (argmax[o] == h * s.W + w) sum += dy[o];
    }
  }
  dx[((size_t)at.plane * s.H + h) * s.W + w] = sum;
}

Shape shape_of(int N, int C, int H, int W, int kh, int kw, int stride, int top, int left, int bottom, int right) {
  return {N * C, H, W, (H + top + bottom - kh) / stride + 1, (W + left + right - kw) / stride + 1, kh, kw, stride, top, left};
}

int blocks_for(int planes, int rows, int columns) { return planes * ck::ceil_div(rows, HEIGHT) * ck::ceil_div(columns, WIDTH); }

}  // namespace

extern "C" int ck_maxpool_forward(const float* x, float* y, int* argmax, int N, int C, int H, int W, int kh, int kw, int stride,
                                  int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const Shape s = shape_of(N, C, H, W, kh, kw, stride, pad_top, pad_left, pad_bottom, pad_right);
  if (s.planes == 0) return cudaSuccess;
  pool<<<blocks_for(s.planes, s.P, s.Q), dim3(WIDTH, HEIGHT), 0, static_cast<cudaStream_t>(stream)>>>(x, y, argmax, s);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_maxpool_backward(const float* dy, const int* argmax, float* dx, int N, int C, int H, int W, int kh, int kw, int stride,
                                   int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const Shape s = shape_of(N, C, H, W, kh, kw, stride, pad_top, pad_left, pad_bottom, pad_right);
  if (s.planes == 0) return cudaSuccess;
  gather<<<blocks_for(s.planes, s.H, s.W), dim3(WIDTH, HEIGHT), 0, static_cast<cudaStream_t>(stream)>>>(dy, argmax, dx, s);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
