// In Caffe's own manner: a CUDA_KERNEL_LOOP over the top, and one over the bottom, where each number adds to its channel's diff.
#include "ck/check.cuh"

namespace {

__global__ void CropForward(const int nthreads, const float* bottom, const float* scale, float* top, int C, int H, int W, int ch, int cw) {
  CUDA_KERNEL_LOOP(index, nthreads) {
    const int width = W - 2 * cw, height = H - 2 * ch;
    const int w = index % width;
    const int h = (index / width) % height;
    const int c = (index / width / height) % C;
    const int n = index / width / height / C;
    top[index] = bottom[((n * C + c) * H + h + ch) * W + w + cw] * scale[c];
  }
}

__global__ void CropBackward(const int nthreads, const float* bottom, const float* scale, const float* top_diff, float* bottom_diff,
                             float* scale_diff, int C, int H, int W, int ch, int cw) {
  CUDA_KERNEL_LOOP(index, nthreads) {
    const int w = index % W;
    const int h = (index / W) % H;
    const int c = (index / W / H) % C;
    const int n = index / W / H / C;
    if (w < cw || w >= W - cw || h < ch || h >= H - ch) {
      if (bottom_diff) bottom_diff[index] = 0.0f;
      continue;
    }
    const float d = top_diff[((n * C + c) * (H - 2 * ch) + h - ch) * (W - 2 * cw) + w - cw];
    if (bottom_diff) bottom_diff[index] = d * scale[c];
    atomicAdd(&scale_diff[c], d * bottom[index]);
  }
}

}  // namespace

extern "C" int ck_scaled_crop_forward(const float* x, const float* scale, float* y, int N, int C, int H, int W, int crop_h, int crop_w,
                                      void* stream) {
  const int count = N * C * (H - 2 * crop_h) * (W - 2 * crop_w);
  if (!count) return 0;
  CropForward<<<CAFFE_GET_BLOCKS(count), CAFFE_CUDA_NUM_THREADS, 0, (cudaStream_t)stream>>>(count, x, scale, y, C, H, W, crop_h, crop_w);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_scaled_crop_backward(const float* x, const float* scale, const float* dy, float* dx, float* dscale, int N, int C, int H,
                                       int W, int crop_h, int crop_w, int propagate_down, void* stream) {
  const int count = N * C * H * W;
  if (!count) return 0;
  CropBackward<<<CAFFE_GET_BLOCKS(count), CAFFE_CUDA_NUM_THREADS, 0, (cudaStream_t)stream>>>(
      count, x, scale, dy, propagate_down ? dx : nullptr, dscale, C, H, W, crop_h, crop_w);
  CK_CHECK_LAUNCH();
  return 0;
}
