// y = alpha · conv(x, w) + beta · y, by three algorithms whose sums run over the same terms: c, r, s.
#include "standin.h"

namespace cudnn_standin {

// Which window rows (or columns) lie on the input for an output position: [first, last).
__device__ void on_input(int origin, int dilation, int window, int extent, int* first, int* last) {
  *first = origin < 0 ? (-origin + dilation - 1) / dilation : 0;
  const int room = extent - origin;  // positions from the origin on
  *last = room <= 0 ? 0 : min(window, (room + dilation - 1) / dilation);
}

// A thread computes one output at a time.
__global__ void convolution_forward(Convolution g, const float* x, const float* w, float* y, Scale scale) {
  for (long long i = first_index(); i < g.y.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), q = index % g.y.w, p = index / g.y.w % g.y.h, k = index / g.y.pixels() % g.y.c;
    const int n = index / (g.y.pixels() * g.y.c), h = p * g.stride_h - g.pad_h, left = q * g.stride_w - g.pad_w;
    int r0, r1, s0, s1;
    on_input(h, g.dilation_h, g.w.h, g.x.h, &r0, &r1);
    on_input(left, g.dilation_w, g.w.w, g.x.w, &s0, &s1);
    const float* image = x + (n * g.x.c + k / g.filters() * g.w.c) * g.x.pixels();
    const float* filter = w + k * g.terms();
    float sum = 0.0f;
    for (int c = 0; c < g.w.c; ++c, image += g.x.pixels(), filter += g.w.pixels()) {
      for (int r = r0; r < r1; ++r) {
        const float* row = image + (h + r * g.dilation_h) * g.x.w + left;
        const float* weights = filter + (g.flipped ? (g.w.h - 1 - r) * g.w.w + g.w.w - 1 : r * g.w.w);
        for (int s = s0; s < s1; ++s) sum += row[s * g.dilation_w] * (g.flipped ? weights[-s] : weights[s]);
      }
    }
    store(y + index, sum, scale);
  }
}

// Where each term of a window lies: the offset into the input from the window's corner, and its row and column there.
__global__ void convolution_offsets(Convolution g, int* table) {
  for (long long i = first_index(); i < g.terms(); i += index_stride()) {
    const int t = static_cast<int>(i), s = t % g.w.w, r = t / g.w.w % g.w.h, c = t / g.w.pixels();
    table[3 * t] = c * g.x.pixels() + r * g.dilation_h * g.x.w + s * g.dilation_w;
    table[3 * t + 1] = r * g.dilation_h;
    table[3 * t + 2] = s * g.dilation_w;
  }
}

__global__ void convolution_forward_by_offsets(Convolution g, const float* x, const float* w, const int* table, float* y, Scale scale) {
  for (long long i = first_index(); i < g.y.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), q = index % g.y.w, p = index / g.y.w % g.y.h, k = index / g.y.pixels() % g.y.c;
    const int n = index / (g.y.pixels() * g.y.c), h = p * g.stride_h - g.pad_h, left = q * g.stride_w - g.pad_w;
    const float* corner = x + (n * g.x.c + k / g.filters() * g.w.c) * g.x.pixels();
    const float* filter = w + k * g.terms();
    float sum = 0.0f;
    for (int t = 0; t < g.terms(); ++t) {
      const unsigned row = h + table[3 * t + 1], column = left + table[3 * t + 2];
      if (row >= g.x.h || column >= g.x.w) continue;
      const int turned = g.flipped ? t - t % g.w.pixels() + g.w.pixels() - 1 - t % g.w.pixels() : t;
      sum += corner[table[3 * t] + h * g.x.w + left] * filter[turned];
    }
    store(y + index, sum, scale);
  }
}

// Row (g, c, r, s), column (p, q): what window (p, q) of the image has there.
__global__ void image_to_columns(Convolution g, const float* image, float* columns) {
  const long long all = static_cast<long long>(g.groups) * g.terms() * g.y.pixels();
  for (long long i = first_index(); i < all; i += index_stride()) {
    const int pixel = static_cast<int>(i % g.y.pixels()), term = static_cast<int>(i / g.y.pixels());
    const int s = term % g.w.w, r = term / g.w.w % g.w.h, c = term / g.w.pixels();
    const int h = pixel / g.y.w * g.stride_h - g.pad_h + r * g.dilation_h, v = pixel % g.y.w * g.stride_w - g.pad_w + s * g.dilation_w;
    const bool inside = h >= 0 && h < g.x.h && v >= 0 && v < g.x.w;
    columns[i] = inside ? image[(c * g.x.h + h) * g.x.w + v] : 0.0f;
  }
}

// One image's output as a matrix product: filters × terms by terms × pixels of a group. A thread an element and no tiles: students read
// this too, and a fast product is what they are asked for.
__global__ void filters_times_columns(Convolution g, const float* w, const float* columns, float* y, Scale scale) {
  const int pixels = g.y.pixels(), terms = g.terms();
  for (long long i = first_index(), all = static_cast<long long>(g.groups) * g.filters() * pixels; i < all; i += index_stride()) {
    const int pixel = static_cast<int>(i % pixels), filter = static_cast<int>(i / pixels);  // the filter's number among all
    const int group = filter / g.filters();
    const float *row = w + static_cast<long long>(filter) * terms,
                *column = columns + static_cast<long long>(group) * terms * pixels + pixel;
    float sum = 0.0f;
    for (int term = 0; term < terms; ++term) {
      const int turned = g.flipped ? term - term % g.w.pixels() + g.w.pixels() - 1 - term % g.w.pixels() : term;
      sum += row[turned] * column[static_cast<long long>(term) * pixels];
    }
    store(y + i, sum, scale);
  }
}

static Outcome by_columns(cudnnHandle_t handle, const Convolution& g, const float* x, const float* w, float* columns, float* y,
                          Scale scale) {
  for (int n = 0; n < g.x.n; ++n) {
    const float* image = x + static_cast<long long>(n) * g.x.c * g.x.pixels();
    float* result = y + static_cast<long long>(n) * g.y.c * g.y.pixels();
    const long long all = static_cast<long long>(g.groups) * g.terms() * g.y.pixels();
    TRY(launch(handle, image_to_columns, blocks_for(all), kThreads, g, image, columns));
    const long long elements = static_cast<long long>(g.groups) * g.filters() * g.y.pixels();
    TRY(launch(handle, filters_times_columns, blocks_for(elements), kThreads, g, w, static_cast<const float*>(columns), result, scale));
  }
  return {};
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, const cudnnTensorDescriptor_t x_desc, const void* x,
                                      const cudnnFilterDescriptor_t w_desc, const void* w, const cudnnConvolutionDescriptor_t conv_desc,
                                      cudnnConvolutionFwdAlgo_t algorithm, void* workspace, size_t workspace_bytes, const void* beta,
                                      const cudnnTensorDescriptor_t y_desc, void* y) {
  return call(Function::cudnnConvolutionForward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Convolution g;
    size_t needed = 0;
    TRY(scale_of(alpha, beta, &scale));
    TRY(convolution_of(x_desc, w_desc, conv_desc, y_desc, &g));
    if (any_null(x, w, y)) return bad(Reason::null_data);
    TRY(forward_workspace(g, algorithm, &needed));
    TRY(check_workspace(workspace, workspace_bytes, needed));
    if (overlap(y, g.y.elements(), x, g.x.elements()) || overlap(y, g.y.elements(), w, g.w.elements())) return bad(Reason::overlap);
    const auto *input = static_cast<const float*>(x), *filter = static_cast<const float*>(w);
    auto* output = static_cast<float*>(y);
    if (algorithm == CUDNN_CONVOLUTION_FWD_ALGO_GEMM)
      return by_columns(handle, g, input, filter, static_cast<float*>(workspace), output, scale);
    const dim3 blocks(blocks_for(g.y.elements()));
    if (algorithm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM) {
      return launch(handle, convolution_forward, blocks, kThreads, g, input, filter, output, scale);
    }
    auto* table = static_cast<int*>(workspace);
    TRY(launch(handle, convolution_offsets, blocks_for(g.terms()), kThreads, g, table));
    return launch(handle, convolution_forward_by_offsets, blocks, kThreads, g, input, filter, static_cast<const int*>(table), output,
                  scale);
  });
}
