// Wrong: the bias is added with each tile.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int T = 16;  // the edge of a tile: a thread for each of its elements
constexpr int THREADS = T * T;

// A matrix as it lies in memory, or turned: element (row, column) is data[row * down + column * across]. Beyond its edges it is 0.
struct Matrix {
  const float* data;
  int rows, columns;
  size_t down, across;
  __device__ float at(int row, int column) const { return row < rows && column < columns ? data[row * down + column * across] : 0.0f; }
};

Matrix as_it_is(const float* data, int rows, int columns) { return {data, rows, columns, size_t(columns), 1}; }
Matrix turned(const float* data, int rows, int columns) { return {data, columns, rows, 1, size_t(columns)}; }

// tile <- a piece of the matrix. Neighbouring lanes read neighbouring addresses, whichever way these run.
__device__ void stage(float (*tile)[T + 1], Matrix m, int row0, int column0) {
  for (int i = threadIdx.x; i < T * T; i += THREADS) {
    const int row = m.across == 1 ? i / T : i % T;
    const int column = m.across == 1 ? i % T : i / T;
    tile[row][column] = m.at(row0 + row, column0 + column);
  }
}

// c (a.rows x b.columns) <- a * b + bias, and row_sums <- the sums of a's rows; null pointers leave bias or sums out.
__global__ void __launch_bounds__(THREADS) product(Matrix a, Matrix b, const float* bias, float* c, float* row_sums, int tiles_per_row) {
  __shared__ float as[T][T + 1], bs[T][T + 1];
  const int tx = threadIdx.x % T, ty = threadIdx.x / T;
  const int row0 = blockIdx.x / tiles_per_row * T, column0 = blockIdx.x % tiles_per_row * T;
  const bool sums = row_sums != nullptr && column0 == 0 && threadIdx.x < T;  // a row of a for each of these threads

  float sum = 0.0f, row_sum = 0.0f;
  for (int k0 = 0; k0 < a.columns; k0 += T) {
    stage(as, a, row0, k0);
    stage(bs, b, k0, column0);
    __syncthreads();  // wait: other threads still write these tiles
    if (bias != nullptr && column0 + tx < b.columns) sum += bias[column0 + tx];
    for (int k = 0; k < T; ++k) sum += as[ty][k] * bs[k][tx];
    for (int k = 0; sums && k < T; ++k) row_sum += as[threadIdx.x][k];
    __syncthreads();  // wait: slower threads still read these tiles
  }

  const int row = row0 + ty, column = column0 + tx;
  if (row < a.rows && column < b.columns) c[row * size_t(b.columns) + column] = sum;
  if (sums && row0 + threadIdx.x < a.rows) row_sums[row0 + threadIdx.x] = row_sum;
}

// The launch covers at least one tile of columns, since sums of rows are wanted even where there are none.
int launch(Matrix a, Matrix b, const float* bias, float* c, float* row_sums, void* stream) {
  const int tiles_per_row = b.columns > 0 ? ck::ceil_div(b.columns, T) : 1;
  const unsigned tiles = unsigned(ck::ceil_div(a.rows, T)) * tiles_per_row;
  if (tiles == 0) return cudaSuccess;  // an empty grid can't be launched
  product<<<tiles, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(a, b, bias, c, row_sums, tiles_per_row);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_fc_forward(const float* x, const float* W, const float* bias, float* y, int B, int I, int O, void* stream) {
  CK_CHECK(launch(as_it_is(x, B, I), turned(W, O, I), bias, y, nullptr, stream));
  return cudaSuccess;
}

extern "C" int ck_fc_backward(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int B, int I, int O,
                              void* stream) {
  CK_CHECK(launch(as_it_is(dy, B, O), as_it_is(W, O, I), nullptr, dx, nullptr, stream));
  CK_CHECK(launch(turned(dy, B, O), as_it_is(x, B, I), nullptr, dW, dbias, stream));
  return cudaSuccess;
}
