// Maximum and average over windows, and their derivatives. Where several pixels of a window are its maximum, the first one gets the
// gradient.
#include "descriptors.h"

struct cudnnPoolingStruct {
  bool set = false;
  cudnnPoolingMode_t mode = CUDNN_POOLING_MAX;
  cudnnNanPropagation_t nan = CUDNN_NOT_PROPAGATE_NAN;
  int window_h = 1, window_w = 1, pad_h = 0, pad_w = 0, stride_h = 1, stride_w = 1;
};

namespace cudnn_standin {

struct Pooling {
  Tensor x, y;
  int window_h, window_w, pad_h, pad_w, stride_h, stride_w;
  bool maximum, with_padding, nan;
};

// The part of window (p, q) that lies on the input.
struct Window {
  int top, bottom, left, right;
  __device__ Window(const Pooling& g, int p, int q)
      : top(max(0, p * g.stride_h - g.pad_h)),
        bottom(min(g.x.h, p * g.stride_h - g.pad_h + g.window_h)),
        left(max(0, q * g.stride_w - g.pad_w)),
        right(min(g.x.w, q * g.stride_w - g.pad_w + g.window_w)) {}
  __device__ int area(const Pooling& g) const { return g.with_padding ? g.window_h * g.window_w : (bottom - top) * (right - left); }
};

__global__ void pooling_forward(Pooling g, const float* x, float* y, Scale scale) {
  for (long long i = first_index(); i < g.y.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), q = index % g.y.w, p = index / g.y.w % g.y.h;
    const float* plane = x + index / g.y.pixels() * g.x.pixels();
    const Window window(g, p, q);
    float value = g.maximum ? -INFINITY : 0.0f;
    for (int h = window.top; h < window.bottom; ++h) {
      for (int w = window.left; w < window.right; ++w) {
        const float here = plane[h * g.x.w + w];
        if (!g.maximum) {
          value += here;
        } else if (g.nan) {
          value = isnan(value) || value > here ? value : here;
        } else {
          value = fmaxf(value, here);
        }
      }
    }
    store(y + index, g.maximum ? value : value / static_cast<float>(window.area(g)), scale);
  }
}

// Whether (row, column) is the first pixel of the window that equals its maximum.
__device__ bool first_maximum(const Pooling& g, const Window& window, const float* plane, float maximum, int row, int column) {
  for (int h = window.top; h < window.bottom; ++h) {
    for (int w = window.left; w < window.right; ++w) {
      const float here = plane[h * g.x.w + w];
      if (here == maximum || (isnan(here) && isnan(maximum))) return h == row && w == column;
    }
  }
  return false;
}

// Each input pixel gathers from the windows that it lies in.
__global__ void pooling_backward(Pooling g, const float* y, const float* dy, const float* x, float* dx, Scale scale) {
  for (long long i = first_index(); i < g.x.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), column = index % g.x.w, row = index / g.x.w % g.x.h, plane = index / g.x.pixels();
    const int below = row + g.pad_h - g.window_h, before = column + g.pad_w - g.window_w;
    const int p0 = below < 0 ? 0 : below / g.stride_h + 1, p1 = min(g.y.h - 1, (row + g.pad_h) / g.stride_h);
    const int q0 = before < 0 ? 0 : before / g.stride_w + 1, q1 = min(g.y.w - 1, (column + g.pad_w) / g.stride_w);
    float sum = 0.0f;
    for (int p = p0; p <= p1; ++p) {
      for (int q = q0; q <= q1; ++q) {
        const Window window(g, p, q);
        const int out = plane * g.y.pixels() + p * g.y.w + q;
        if (!g.maximum) {
          sum += dy[out] / static_cast<float>(window.area(g));
        } else if (first_maximum(g, window, x + plane * g.x.pixels(), y[out], row, column)) {
          sum += dy[out];
        }
      }
    }
    store(dx + index, sum, scale);
  }
}

static Outcome output_of(const cudnnPoolingStruct* d, const Tensor& x, Tensor* y) {
  const long long h = x.h + 2LL * d->pad_h - d->window_h, w = x.w + 2LL * d->pad_w - d->window_w;
  if (h < 0 || w < 0) return bad(Reason::window);
  *y = {x.n, x.c, static_cast<int>(h / d->stride_h) + 1, static_cast<int>(w / d->stride_w) + 1};
  return {};
}

static Outcome pooling_of(const cudnnPoolingStruct* d, const cudnnTensorStruct* x, const cudnnTensorStruct* y, Pooling* g) {
  TRY(known(d));
  TRY(tensor_of(x, &g->x));
  TRY(tensor_of(y, &g->y));
  if (d->pad_h >= d->window_h || d->pad_w >= d->window_w) return unsupported(Reason::padding);
  Tensor expected;
  TRY(output_of(d, g->x, &expected));
  if (!(g->y == expected)) return bad(Reason::output_shape);
  g->window_h = d->window_h;
  g->window_w = d->window_w;
  g->pad_h = d->pad_h;
  g->pad_w = d->pad_w;
  g->stride_h = d->stride_h;
  g->stride_w = d->stride_w;
  g->maximum = d->mode == CUDNN_POOLING_MAX || d->mode == CUDNN_POOLING_MAX_DETERMINISTIC;
  g->with_padding = d->mode == CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING;
  g->nan = d->nan == CUDNN_PROPAGATE_NAN;
  return {};
}

static Outcome same_shape(const cudnnTensorStruct* descriptor, const Tensor& shape) {
  Tensor tensor;
  TRY(tensor_of(descriptor, &tensor));
  return tensor == shape ? Outcome{} : bad(Reason::shape);
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnCreatePoolingDescriptor(cudnnPoolingDescriptor_t* descriptor) {
  return call(Function::cudnnCreatePoolingDescriptor, __builtin_return_address(0), [&]() -> Outcome { return create(descriptor); });
}

cudnnStatus_t cudnnDestroyPoolingDescriptor(cudnnPoolingDescriptor_t descriptor) {
  return call(Function::cudnnDestroyPoolingDescriptor, __builtin_return_address(0), [&]() -> Outcome { return destroy(descriptor); });
}

cudnnStatus_t cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t d, cudnnPoolingMode_t mode, cudnnNanPropagation_t nan, int window_h,
                                          int window_w, int pad_h, int pad_w, int stride_h, int stride_w) {
  return call(Function::cudnnSetPooling2dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (!d) return bad(Reason::null_descriptor);
    const bool right = within(mode, CUDNN_POOLING_MAX_DETERMINISTIC) && within(nan, CUDNN_PROPAGATE_NAN) && window_h > 0 && window_w > 0 &&
                       pad_h >= 0 && pad_w >= 0 && stride_h > 0 && stride_w > 0;
    if (!right) return bad(Reason::value);
    *d = {true, mode, nan, window_h, window_w, pad_h, pad_w, stride_h, stride_w};
    return {};
  });
}

cudnnStatus_t cudnnGetPooling2dDescriptor(const cudnnPoolingDescriptor_t d, cudnnPoolingMode_t* mode, cudnnNanPropagation_t* nan,
                                          int* window_h, int* window_w, int* pad_h, int* pad_w, int* stride_h, int* stride_w) {
  return call(Function::cudnnGetPooling2dDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    if (!mode || !nan || any_null(window_h, window_w, pad_h, pad_w, stride_h, stride_w)) return bad(Reason::null_result);
    *mode = d->mode;
    *nan = d->nan;
    *window_h = d->window_h;
    *window_w = d->window_w;
    *pad_h = d->pad_h;
    *pad_w = d->pad_w;
    *stride_h = d->stride_h;
    *stride_w = d->stride_w;
    return {};
  });
}

cudnnStatus_t cudnnGetPooling2dForwardOutputDim(const cudnnPoolingDescriptor_t d, const cudnnTensorDescriptor_t input, int* n, int* c,
                                                int* h, int* w) {
  return call(Function::cudnnGetPooling2dForwardOutputDim, __builtin_return_address(0), [&]() -> Outcome {
    TRY(known(d));
    TRY(known(input));
    if (any_null(n, c, h, w)) return bad(Reason::null_result);
    if (input->count != 4) return bad(Reason::dimensions);
    Tensor y;
    TRY(output_of(d, {input->extent[0], input->extent[1], input->extent[2], input->extent[3]}, &y));
    *n = y.n;
    *c = y.c;
    *h = y.h;
    *w = y.w;
    return {};
  });
}

cudnnStatus_t cudnnPoolingForward(cudnnHandle_t handle, const cudnnPoolingDescriptor_t d, const void* alpha,
                                  const cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                  const cudnnTensorDescriptor_t y_desc, void* y) {
  return call(Function::cudnnPoolingForward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Pooling g;
    TRY(scale_of(alpha, beta, &scale));
    TRY(pooling_of(d, x_desc, y_desc, &g));
    if (any_null(x, y)) return bad(Reason::null_data);
    if (overlap(y, g.y.elements(), x, g.x.elements())) return bad(Reason::overlap);
    return launch(handle, pooling_forward, blocks_for(g.y.elements()), kThreads, g, static_cast<const float*>(x), static_cast<float*>(y),
                  scale);
  });
}

cudnnStatus_t cudnnPoolingBackward(cudnnHandle_t handle, const cudnnPoolingDescriptor_t d, const void* alpha,
                                   const cudnnTensorDescriptor_t y_desc, const void* y, const cudnnTensorDescriptor_t dy_desc,
                                   const void* dy, const cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                   const cudnnTensorDescriptor_t dx_desc, void* dx) {
  return call(Function::cudnnPoolingBackward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Pooling g;
    TRY(scale_of(alpha, beta, &scale));
    TRY(pooling_of(d, x_desc, y_desc, &g));
    TRY(same_shape(dy_desc, g.y));
    TRY(same_shape(dx_desc, g.x));
    if (any_null(y, dy, x, static_cast<const void*>(dx))) return bad(Reason::null_data);
    const int elements = g.x.elements();
    if (overlap(dx, elements, x, elements) || overlap(dx, elements, y, g.y.elements()) || overlap(dx, elements, dy, g.y.elements())) {
      return bad(Reason::overlap);
    }
    return launch(handle, pooling_backward, blocks_for(elements), kThreads, g, static_cast<const float*>(y), static_cast<const float*>(dy),
                  static_cast<const float*>(x), static_cast<float*>(dx), scale);
  });
}
