// A thread for each channel's sum, in double precision; dx by a memset and a scatter.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

__global__ void forward(const float* x, const float* scale, float* y, int planes, int C, int H, int W, int ch, int cw) {
  const int h = H - 2 * ch, w = W - 2 * cw;
  const int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (j >= w) return;
  for (int plane = blockIdx.y; plane < planes; plane += gridDim.y)
    for (int i = 0; i < h; ++i) y[(plane * h + i) * w + j] = scale[plane % C] * x[(plane * H + i + ch) * W + j + cw];
}

__global__ void scatter(const float* dy, const float* scale, float* dx, int planes, int C, int H, int W, int ch, int cw) {
  const int h = H - 2 * ch, w = W - 2 * cw;
  CUDA_KERNEL_LOOP(i, planes * h * w) {
    const int plane = i / (h * w);
    dx[(plane * H + i / w % h + ch) * W + i % w + cw] = scale[plane % C] * dy[i];
  }
}

__global__ void sums(const float* x, const float* dy, float* dscale, int N, int C, int H, int W, int ch, int cw) {
  const int h = H - 2 * ch, w = W - 2 * cw, c = blockIdx.x * blockDim.x + threadIdx.x;
  if (c >= C) return;
  double sum = 0;
  for (int n = 0; n < N; ++n)
    for (int i = 0; i < h; ++i)
      for (int j = 0; j < w; ++j) sum += double(x[((n * C + c) * H + i + ch) * W + j + cw]) * dy[((n * C + c) * h + i) * w + j];
  dscale[c] = float(dscale[c] + sum);
}

}  // namespace

extern "C" int ck_scaled_crop_forward(const float* x, const float* scale, float* y, int N, int C, int H, int W, int crop_h, int crop_w,
                                      void* stream) {
  const int w = W - 2 * crop_w, h = H - 2 * crop_h;
  if (N * C * h * w == 0) return cudaSuccess;
  const dim3 grid(ck::ceil_div(w, 32), N * C);
  forward<<<grid, 32, 0, static_cast<cudaStream_t>(stream)>>>(x, scale, y, N * C, C, H, W, crop_h, crop_w);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_scaled_crop_backward(const float* x, const float* scale, const float* dy, float* dx, float* dscale, int N, int C, int H,
                                       int W, int crop_h, int crop_w, int propagate_down, void* stream) {
  cudaStream_t s = static_cast<cudaStream_t>(stream);
  const size_t numbers = (size_t)N * C * H * W;
  const int left = N * C * (H - 2 * crop_h) * (W - 2 * crop_w);
  if (propagate_down && numbers) CK_CHECK(cudaMemsetAsync(dx, 0, numbers * sizeof(float), s));
  if (left == 0) return cudaSuccess;
  if (propagate_down) {
    scatter<<<CAFFE_GET_BLOCKS(left), CAFFE_CUDA_NUM_THREADS, 0, s>>>(dy, scale, dx, N * C, C, H, W, crop_h, crop_w);
    CK_CHECK_LAUNCH();
  }
  sums<<<ck::ceil_div(C, 32), 32, 0, s>>>(x, dy, dscale, N, C, H, W, crop_h, crop_w);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
