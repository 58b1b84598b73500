// ck/caffe.h: the contract of layer.cu in assignment 18_caffe_caffe2, the GPU half of a Caffe layer. It is -include'd in front of layer.cu.
//
// A "scaled crop" cuts a margin off each image and multiplies each channel by a number that is learnt:
//
//   y[n,c,i,j] = scale[c] * x[n,c,i + crop_h,j + crop_w]      0 <= i < H - 2 * crop_h, 0 <= j < W - 2 * crop_w
//
//   ck_scaled_crop_forward    Forward_gpu: y
//   ck_scaled_crop_backward   Backward_gpu: dx and dscale, by Caffe's rules for diffs:
//       dx       is overwritten, all of it, margin included; if propagate_down is 0, it isn't touched
//       dscale   is added to: dscale[c] += the sum of x * dy over channel c, in all images. It is so whatever propagate_down is
//
//   x, dx            device pointers to N images of C channels of H * W numbers
//   y, dy            the same, of (H - 2 * crop_h) * (W - 2 * crop_w) numbers
//   scale, dscale    device pointers to C numbers
//   N, C             0 or more; N * C * H * W is below 2^31
//   H, W             2 * crop_h or more, 2 * crop_w or more: y may have no numbers
//   crop_h, crop_w   rows above and below, columns on the left and on the right that are cut off; 0 or more
//   stream           a cudaStream_t: every kernel is launched on it
//
// Arrays don't overlap, pointers are aligned as floats are, and where an array has no numbers its pointer may be null. A launcher copies
// nothing between host and device, waits for nothing and frees what it allocates. It can be called again, with another shape.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
//
// The macros are Caffe's own (caffe/util/device_alternate.hpp), for those who want to write the kernels as Caffe does.
#pragma once

#define CAFFE_CUDA_NUM_THREADS 256
#define CAFFE_GET_BLOCKS(n) (((n) + CAFFE_CUDA_NUM_THREADS - 1) / CAFFE_CUDA_NUM_THREADS)
#define CUDA_KERNEL_LOOP(i, n) for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += blockDim.x * gridDim.x)

#ifdef __cplusplus
extern "C" {
#endif

int ck_scaled_crop_forward(const float* x, const float* scale, float* y, int N, int C, int H, int W, int crop_h, int crop_w, void* stream);
int ck_scaled_crop_backward(const float* x, const float* scale, const float* dy, float* dx, float* dscale, int N, int C, int H, int W,
                            int crop_h, int crop_w, int propagate_down, void* stream);

#ifdef __cplusplus
}
#endif
