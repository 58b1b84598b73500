// A block for each plane; the plane's sum goes out with one atomic.
#include "ck/check.cuh"

namespace {

__global__ void forward(const float* x, const float* scale, float* y, int C, int H, int W, int ch, int cw) {
  const int h = H - 2 * ch, w = W - 2 * cw;
  x += (size_t)blockIdx.x * H * W;
  y += (size_t)blockIdx.x * h * w;
  const float s = scale[blockIdx.x % C];
  for (int i = threadIdx.x; i < h * w; i += blockDim.x) y[i] = s * x[(i / w + ch) * W + i % w + cw];
}

__global__ void backward(const float* x, const float* scale, const float* dy, float* dx, float* dscale, int C, int H, int W, int ch, int cw,
                         int wanted) {
  const int h = H - 2 * ch, w = W - 2 * cw, c = blockIdx.x % C;
  x += (size_t)blockIdx.x * H * W;
  dx += (size_t)blockIdx.x * H * W;
  dy += (size_t)blockIdx.x * h * w;
  float sum = 0.0f;
  for (int i = threadIdx.x; i < H * W; i += blockDim.x) {
    const int row = i / W - ch, column = i % W - cw;
    float result = 0.0f;
    if (row >= 0 && row < h && column >= 0 && column < w) {
      const float d = dy[row * w + column];
      result = scale[c] * d;
      sum += x[i] * d;
    }
    if (wanted) dx[i] = result;
  }
  for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xffffffff, sum, step);
  if (threadIdx.x % 32 == 0) atomicAdd(dscale + c, sum);
}

}  // namespace

extern "C" int ck_scaled_crop_forward(const float* x, const float* scale, float* y, int N, int C, int H, int W, int crop_h, int crop_w,
                                      void* stream) {
  if (N * C == 0) return 0;
  forward<<<N * C, 128, 0, static_cast<cudaStream_t>(stream)>>>(x, scale, y, C, H, W, crop_h, crop_w);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_scaled_crop_backward(const float* x, const float* scale, const float* dy, float* dx, float* dscale, int N, int C, int H,
                                       int W, int crop_h, int crop_w, int propagate_down, void* stream) {
  if (N * C == 0) return 0;
  backward<<<N * C, 128, 0, static_cast<cudaStream_t>(stream)>>>(x, scale, dy, dx, dscale, C, H, W, crop_h, crop_w, propagate_down);
  CK_CHECK_LAUNCH();
  return 0;
}
