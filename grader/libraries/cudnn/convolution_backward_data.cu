// dx = alpha · (w transposed on dy) + beta · dx: each input pixel gathers from the outputs whose windows cover it.
#include "standin.h"

namespace cudnn_standin {

// Strides of the filter as it lies: (k, c) of one group.
struct FilterStrides {
  int k, c;
};

__global__ void convolution_backward_data(Convolution g, const float* w, FilterStrides strides, const float* dy, float* dx, Scale scale) {
  const int plane = g.x.pixels();
  for (long long i = first_index(); i < g.x.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), v = index % g.x.w, h = index / g.x.w % g.x.h, c = index / plane % g.x.c,
              n = index / (plane * g.x.c);
    const int group = c / g.w.c;
    const float* filter = w + group * g.filters() * g.terms() + c % g.w.c * strides.c;
    const float* output = dy + (n * g.y.c + group * g.filters()) * g.y.pixels();
    float sum = 0.0f;
    for (int r = 0; r < g.w.h; ++r) {
      const int above = h + g.pad_h - r * g.dilation_h, p = above / g.stride_h;
      if (above < 0 || above % g.stride_h != 0 || p >= g.y.h) continue;
      for (int s = 0; s < g.w.w; ++s) {
        const int before = v + g.pad_w - s * g.dilation_w, q = before / g.stride_w;
        if (before < 0 || before % g.stride_w != 0 || q >= g.y.w) continue;
        const int tap = g.flipped ? g.w.pixels() - 1 - (r * g.w.w + s) : r * g.w.w + s;
        for (int k = 0; k < g.filters(); ++k) sum += output[k * g.y.pixels() + p * g.y.w + q] * filter[k * strides.k + tap];
      }
    }
    store(dx + index, sum, scale);
  }
}

// (k, c) -> (c, k) within each group, so that one input channel's weights lie together.
__global__ void transpose_filter(Convolution g, const float* w, float* transposed) {
  for (long long i = first_index(); i < g.w.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), tap = index % g.w.pixels(), c = index / g.w.pixels() % g.w.c, k = index / g.terms();
    const int group = k / g.filters(), within = k % g.filters();
    transposed[group * g.filters() * g.terms() + (c * g.filters() + within) * g.w.pixels() + tap] = w[index];
  }
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha, const cudnnFilterDescriptor_t w_desc, const void* w,
                                           const cudnnTensorDescriptor_t dy_desc, const void* dy,
                                           const cudnnConvolutionDescriptor_t conv_desc, cudnnConvolutionBwdDataAlgo_t algorithm,
                                           void* workspace, size_t workspace_bytes, const void* beta, const cudnnTensorDescriptor_t dx_desc,
                                           void* dx) {
  return call(Function::cudnnConvolutionBackwardData, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Convolution g;
    size_t needed = 0;
    TRY(scale_of(alpha, beta, &scale));
    TRY(convolution_of(dx_desc, w_desc, conv_desc, dy_desc, &g));
    if (any_null(w, dy, dx)) return bad(Reason::null_data);
    TRY(backward_data_workspace(g, algorithm, &needed));
    TRY(check_workspace(workspace, workspace_bytes, needed));
    if (overlap(dx, g.x.elements(), dy, g.y.elements()) || overlap(dx, g.x.elements(), w, g.w.elements())) return bad(Reason::overlap);
    const auto* filter = static_cast<const float*>(w);
    FilterStrides strides{g.terms(), g.w.pixels()};
    if (algorithm == CUDNN_CONVOLUTION_BWD_DATA_ALGO_1) {
      auto* transposed = static_cast<float*>(workspace);
      TRY(launch(handle, transpose_filter, blocks_for(g.w.elements()), kThreads, g, filter, transposed));
      filter = transposed;
      strides = {g.w.pixels(), g.filters() * g.w.pixels()};
    }
    return launch(handle, convolution_backward_data, blocks_for(g.x.elements()), kThreads, g, filter, strides,
                  static_cast<const float*>(dy), static_cast<float*>(dx), scale);
  });
}
