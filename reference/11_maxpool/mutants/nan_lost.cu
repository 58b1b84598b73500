// Wrong: a comparison with NaN is false, so NaN is kept only where it comes first.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int WIDTH = 32;  // of a block: threads along a row
constexpr int HEIGHT = 8;
constexpr int OWN_WIDTH = 64;         // numbers of dx that a block owns
constexpr int OWN_HEIGHT = 16;        // rows of them
constexpr size_t SHARED = 48 * 1024;  // bytes that any block may ask for

struct Shape {
  int planes, H, W, P, Q, kh, kw, stride, top, left;
  __host__ __device__ int tile_width() const { return (WIDTH - 1) * stride + kw; }  // columns under a block's windows
  __host__ __device__ int tile_height() const { return (HEIGHT - 1) * stride + kh; }
};

// The first of the largest numbers so far; a NaN is larger than every number.
struct Best {
  float value = -INFINITY;
  int index = -1;
  __device__ void meet(float v, int i) {
    if (index < 0 || v > value) {
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

__global__ void __launch_bounds__(WIDTH* HEIGHT) pool_tiles(const float* x, float* y, int* argmax, Shape s) {
  extern __shared__ float tile[];  // (tile_height, tile_width)
  const Tile at(blockIdx.x, ck::ceil_div(s.P, HEIGHT), ck::ceil_div(s.Q, WIDTH));
  const int first_row = at.row * HEIGHT * s.stride - s.top, first_column = at.column * WIDTH * s.stride - s.left;
  const int width = s.tile_width();
  x += (size_t)at.plane * s.H * s.W;
  for (int i = threadIdx.y; i < s.tile_height(); i += HEIGHT) {
    for (int j = threadIdx.x; j < width; j += WIDTH) {
      const int h = first_row + i, w = first_column + j;
      const bool inside = h >= 0 && h < s.H && w >= 0 && w < s.W;
      tile[i * width + j] = inside ? x[h * s.W + w] : -INFINITY;
    }
  }
  __syncthreads();  // wait: other threads still write theirs

  const int p = at.row * HEIGHT + threadIdx.y, q = at.column * WIDTH + threadIdx.x;
  if (p >= s.P || q >= s.Q) return;
  Best best;
  for (int i = threadIdx.y * s.stride; i < threadIdx.y * s.stride + s.kh; ++i) {
    for (int j = threadIdx.x * s.stride; j < threadIdx.x * s.stride + s.kw; ++j) {
      const int h = first_row + i, w = first_column + j;
      if (h >= 0 && h < s.H && w >= 0 && w < s.W) best.meet(tile[i * width + j], h * s.W + w);
    }
  }
  const size_t o = ((size_t)at.plane * s.P + p) * s.Q + q;
  y[o] = best.value;
  argmax[o] = best.index;
}

// The same without a tile: where windows lie so far apart that none fits into shared memory.
__global__ void __launch_bounds__(WIDTH* HEIGHT) pool_each(const float* x, float* y, int* argmax, Shape s) {
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

__global__ void __launch_bounds__(WIDTH* HEIGHT) scatter_tiles(const float* dy, const int* argmax, float* dx, Shape s) {
  __shared__ float sums[OWN_HEIGHT][OWN_WIDTH];
  const Tile at(blockIdx.x, ck::ceil_div(s.H, OWN_HEIGHT), ck::ceil_div(s.W, OWN_WIDTH));
  const int first_row = at.row * OWN_HEIGHT, first_column = at.column * OWN_WIDTH;
  for (int i = threadIdx.y; i < OWN_HEIGHT; i += HEIGHT) {
    for (int j = threadIdx.x; j < OWN_WIDTH; j += WIDTH) sums[i][j] = 0.0f;
  }
  __syncthreads();  // wait: nobody adds before there is a zero

  // windows p with  p * stride - top  <=  a row of the tile  <  p * stride - top + kh
  const int first_p = ck::ceil_div(max(0, first_row + s.top - s.kh + 1), s.stride);
  const int last_p = min(s.P - 1, (first_row + OWN_HEIGHT - 1 + s.top) / s.stride);
  const int first_q = ck::ceil_div(max(0, first_column + s.left - s.kw + 1), s.stride);
  const int last_q = min(s.Q - 1, (first_column + OWN_WIDTH - 1 + s.left) / s.stride);
  for (int p = first_p + threadIdx.y; p <= last_p; p += HEIGHT) {
    for (int q = first_q + threadIdx.x; q <= last_q; q += WIDTH) {
      const size_t o = ((size_t)at.plane * s.P + p) * s.Q + q;
      const int i = argmax[o] / s.W - first_row, j = argmax[o] % s.W - first_column;
      if (i >= 0 && i < OWN_HEIGHT && j >= 0 && j < OWN_WIDTH) atomicAdd(&sums[i][j], dy[o]);
    }
  }
  __syncthreads();  // wait: other threads still add

  for (int i = threadIdx.y; i < OWN_HEIGHT && first_row + i < s.H; i += HEIGHT) {
    for (int j = threadIdx.x; j < OWN_WIDTH && first_column + j < s.W; j += WIDTH) {
      dx[((size_t)at.plane * s.H + first_row + i) * s.W + first_column + j] = sums[i][j];
    }
  }
}

Shape shape_of(int N, int C, int H, int W, int kh, int kw, int stride, int top, int left, int bottom, int right) {
  return {N * C, H, W, (H + top + bottom - kh) / stride + 1, (W + left + right - kw) / stride + 1, kh, kw, stride, top, left};
}

}  // namespace

extern "C" int ck_maxpool_forward(const float* x, float* y, int* argmax, int N, int C, int H, int W, int kh, int kw, int stride,
                                  int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const Shape s = shape_of(N, C, H, W, kh, kw, stride, pad_top, pad_left, pad_bottom, pad_right);
  if (s.planes == 0) return cudaSuccess;
  const int blocks = s.planes * ck::ceil_div(s.P, HEIGHT) * ck::ceil_div(s.Q, WIDTH);
  const size_t bytes = sizeof(float) * (size_t)s.tile_width() * s.tile_height();
  if (bytes <= SHARED) {
    pool_tiles<<<blocks, dim3(WIDTH, HEIGHT), bytes, static_cast<cudaStream_t>(stream)>>>(x, y, argmax, s);
  } else {
    pool_each<<<blocks, dim3(WIDTH, HEIGHT), 0, static_cast<cudaStream_t>(stream)>>>(x, y, argmax, s);
  }
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_maxpool_backward(const float* dy, const int* argmax, float* dx, int N, int C, int H, int W, int kh, int kw, int stride,
                                   int pad_top, int pad_left, int pad_bottom, int pad_right, void* stream) {
  const Shape s = shape_of(N, C, H, W, kh, kw, stride, pad_top, pad_left, pad_bottom, pad_right);
  if (s.planes == 0) return cudaSuccess;
  const int blocks = s.planes * ck::ceil_div(s.H, OWN_HEIGHT) * ck::ceil_div(s.W, OWN_WIDTH);
  scatter_tiles<<<blocks, dim3(WIDTH, HEIGHT), 0, static_cast<cudaStream_t>(stream)>>>(dy, argmax, dx, s);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
