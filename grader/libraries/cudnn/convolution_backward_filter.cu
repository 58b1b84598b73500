// dw = alpha · sum over images and pixels of dy · x + beta · dw, and db = alpha · sum of dy + beta · db.
#include "standin.h"

namespace cudnn_standin {

// A warp computes one weight: its lanes share the pixels of images [first, first + images). `weight` is an index into dw.
__device__ float weight_sum(const Convolution& g, const float* x, const float* dy, int weight, int first, int images) {
  const int tap = weight % g.w.pixels(), c = weight / g.w.pixels() % g.w.c, k = weight / g.terms();
  const int turned = g.flipped ? g.w.pixels() - 1 - tap : tap, r = turned / g.w.w, s = turned % g.w.w;
  const int channel = k / g.filters() * g.w.c + c, pixels = g.y.pixels();
  float sum = 0.0f;
  for (long long i = threadIdx.x % 32; i < static_cast<long long>(images) * pixels; i += 32) {
    const int n = first + static_cast<int>(i / pixels), pixel = static_cast<int>(i % pixels);
    const int h = pixel / g.y.w * g.stride_h - g.pad_h + r * g.dilation_h, v = pixel % g.y.w * g.stride_w - g.pad_w + s * g.dilation_w;
    if (h < 0 || h >= g.x.h || v < 0 || v >= g.x.w) continue;
    sum += dy[(n * g.y.c + k) * pixels + pixel] * x[((n * g.x.c + channel) * g.x.h + h) * g.x.w + v];
  }
  return warp_sum(sum);
}

__global__ void convolution_backward_filter(Convolution g, const float* x, const float* dy, float* dw, Scale scale) {
  for (long long i = first_index() / 32; i < g.w.elements(); i += index_stride() / 32) {
    const float sum = weight_sum(g, x, dy, static_cast<int>(i), 0, g.x.n);
    if (threadIdx.x % 32 == 0) store(dw + i, sum, scale);
  }
}

// parts[n][weight]: the images one by one, so that more warps have work.
__global__ void convolution_backward_filter_parts(Convolution g, const float* x, const float* dy, float* parts) {
  const long long all = static_cast<long long>(g.x.n) * g.w.elements();
  for (long long i = first_index() / 32; i < all; i += index_stride() / 32) {
    const float sum = weight_sum(g, x, dy, static_cast<int>(i % g.w.elements()), static_cast<int>(i / g.w.elements()), 1);
    if (threadIdx.x % 32 == 0) parts[i] = sum;
  }
}

__global__ void sum_of_parts(Convolution g, const float* parts, float* dw, Scale scale) {
  for (long long i = first_index(); i < g.w.elements(); i += index_stride()) {
    float sum = 0.0f;
    for (int n = 0; n < g.x.n; ++n) sum += parts[static_cast<long long>(n) * g.w.elements() + i];
    store(dw + i, sum, scale);
  }
}

// A block sums one channel: its warps share the pixels, the first one adds up what they have.
__global__ void convolution_backward_bias(Tensor y, const float* dy, float* db, Scale scale) {
  __shared__ float partial[kThreads / 32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, channel = blockIdx.x;
  float sum = 0.0f;
  for (long long i = threadIdx.x; i < static_cast<long long>(y.n) * y.pixels(); i += kThreads) {
    sum += dy[(i / y.pixels() * y.c + channel) * y.pixels() + i % y.pixels()];
  }
  sum = warp_sum(sum);
  if (lane == 0) partial[warp] = sum;
  __syncthreads();
  if (warp > 0) return;
  const float all = warp_sum(lane < kThreads / 32 ? partial[lane] : 0.0f);
  if (lane == 0) store(db + channel, all, scale);
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha, const cudnnTensorDescriptor_t x_desc, const void* x,
                                             const cudnnTensorDescriptor_t dy_desc, const void* dy,
                                             const cudnnConvolutionDescriptor_t conv_desc, cudnnConvolutionBwdFilterAlgo_t algorithm,
                                             void* workspace, size_t workspace_bytes, const void* beta,
                                             const cudnnFilterDescriptor_t dw_desc, void* dw) {
  return call(Function::cudnnConvolutionBackwardFilter, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Convolution g;
    size_t needed = 0;
    TRY(scale_of(alpha, beta, &scale));
    TRY(convolution_of(x_desc, dw_desc, conv_desc, dy_desc, &g));
    if (any_null(x, dy, dw)) return bad(Reason::null_data);
    TRY(backward_filter_workspace(g, algorithm, &needed));
    TRY(check_workspace(workspace, workspace_bytes, needed));
    if (overlap(dw, g.w.elements(), dy, g.y.elements()) || overlap(dw, g.w.elements(), x, g.x.elements())) return bad(Reason::overlap);
    const auto *input = static_cast<const float*>(x), *gradient = static_cast<const float*>(dy);
    auto* result = static_cast<float*>(dw);
    if (algorithm == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0) {
      const unsigned blocks = blocks_for(32LL * g.w.elements());
      return launch(handle, convolution_backward_filter, blocks, kThreads, g, input, gradient, result, scale);
    }
    auto* parts = static_cast<float*>(workspace);
    const unsigned blocks = blocks_for(32LL * g.x.n * g.w.elements());
    TRY(launch(handle, convolution_backward_filter_parts, blocks, kThreads, g, input, gradient, parts));
    return launch(handle, sum_of_parts, blocks_for(g.w.elements()), kThreads, g, static_cast<const float*>(parts), result, scale);
  });
}

cudnnStatus_t cudnnConvolutionBackwardBias(cudnnHandle_t handle, const void* alpha, const cudnnTensorDescriptor_t dy_desc, const void* dy,
                                           const void* beta, const cudnnTensorDescriptor_t db_desc, void* db) {
  return call(Function::cudnnConvolutionBackwardBias, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Tensor y, b;
    TRY(scale_of(alpha, beta, &scale));
    TRY(tensor_of(dy_desc, &y));
    TRY(tensor_of(db_desc, &b));
    if (!(b == Tensor{1, y.c, 1, 1})) return bad(Reason::shape);
    if (any_null(dy, db)) return bad(Reason::null_data);
    if (overlap(db, y.c, dy, y.elements())) return bad(Reason::overlap);
    return launch(handle, convolution_backward_bias, y.c, kThreads, y, static_cast<const float*>(dy), static_cast<float*>(db), scale);
  });
}
