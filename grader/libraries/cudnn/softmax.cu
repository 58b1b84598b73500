// Softmax and its derivative. A warp works on one row: the C·H·W elements of an image, or the C elements of a pixel.
#include "descriptors.h"

namespace cudnn_standin {

// `rows` rows of `length` elements that lie `step` apart; `inner` rows begin next to each other.
struct Rows {
  int rows, length, step, inner;
  __device__ long long begin(int row) const { return static_cast<long long>(row / inner) * inner * length + row % inner; }
};

__global__ void softmax_forward(Rows g, cudnnSoftmaxAlgorithm_t algorithm, const float* x, float* y, Scale scale) {
  const int lane = threadIdx.x % 32;
  for (long long row = first_index() / 32; row < g.rows; row += index_stride() / 32) {
    const float* in = x + g.begin(static_cast<int>(row));
    float* out = y + g.begin(static_cast<int>(row));
    float most = 0.0f;  // FAST takes the numbers as they are
    if (algorithm != CUDNN_SOFTMAX_FAST) {
      most = -INFINITY;
      for (int i = lane; i < g.length; i += 32) most = fmaxf(most, in[static_cast<long long>(i) * g.step]);
      most = warp_max(most);
    }
    float sum = 0.0f;
    for (int i = lane; i < g.length; i += 32) sum += expf(in[static_cast<long long>(i) * g.step] - most);
    sum = warp_sum(sum);
    const float log_sum = logf(sum);
    for (int i = lane; i < g.length; i += 32) {
      const long long at = static_cast<long long>(i) * g.step;
      const float from = in[at] - most;
      store(out + at, algorithm == CUDNN_SOFTMAX_LOG ? from - log_sum : expf(from) / sum, scale);
    }
  }
}

__global__ void softmax_backward(Rows g, bool log, const float* y, const float* dy, float* dx, Scale scale) {
  const int lane = threadIdx.x % 32;
  for (long long row = first_index() / 32; row < g.rows; row += index_stride() / 32) {
    const long long begin = g.begin(static_cast<int>(row));
    float sum = 0.0f;
    for (int i = lane; i < g.length; i += 32) {
      const long long at = begin + static_cast<long long>(i) * g.step;
      sum += log ? dy[at] : y[at] * dy[at];
    }
    sum = warp_sum(sum);
    for (int i = lane; i < g.length; i += 32) {
      const long long at = begin + static_cast<long long>(i) * g.step;
      store(dx + at, log ? dy[at] - expf(y[at]) * sum : y[at] * (dy[at] - sum), scale);
    }
  }
}

static Outcome check_words(cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode) {
  return within(algorithm, CUDNN_SOFTMAX_LOG) && within(mode, CUDNN_SOFTMAX_MODE_CHANNEL) ? Outcome{} : bad(Reason::value);
}

static Rows rows_of(const Tensor& t, cudnnSoftmaxMode_t mode) {
  if (mode == CUDNN_SOFTMAX_MODE_INSTANCE) return {t.n, t.c * t.pixels(), 1, 1};
  return {t.n * t.pixels(), t.c, t.pixels(), t.pixels()};
}

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnSoftmaxForward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode, const void* alpha,
                                  const cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                  const cudnnTensorDescriptor_t y_desc, void* y) {
  return call(Function::cudnnSoftmaxForward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Tensor in, out;
    TRY(check_words(algorithm, mode));
    TRY(scale_of(alpha, beta, &scale));
    TRY(tensor_of(x_desc, &in));
    TRY(tensor_of(y_desc, &out));
    if (!(in == out)) return bad(Reason::shape);
    if (any_null(x, y)) return bad(Reason::null_data);
    if (shifted(x, y, in.elements())) return bad(Reason::overlap);
    const Rows rows = rows_of(in, mode);
    return launch(handle, softmax_forward, blocks_for(32LL * rows.rows), kThreads, rows, algorithm, static_cast<const float*>(x),
                  static_cast<float*>(y), scale);
  });
}

cudnnStatus_t cudnnSoftmaxBackward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode, const void* alpha,
                                   const cudnnTensorDescriptor_t y_desc, const void* y, const cudnnTensorDescriptor_t dy_desc,
                                   const void* dy, const void* beta, const cudnnTensorDescriptor_t dx_desc, void* dx) {
  return call(Function::cudnnSoftmaxBackward, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Tensor out, out_gradient, in_gradient;
    TRY(check_words(algorithm, mode));
    TRY(scale_of(alpha, beta, &scale));
    TRY(tensor_of(y_desc, &out));
    TRY(tensor_of(dy_desc, &out_gradient));
    TRY(tensor_of(dx_desc, &in_gradient));
    if (!(out == out_gradient && out == in_gradient)) return bad(Reason::shape);
    if (any_null(y, dy, static_cast<const void*>(dx))) return bad(Reason::null_data);
    if (shifted(dy, dx, out.elements()) || shifted(y, dx, out.elements())) return bad(Reason::overlap);
    const Rows rows = rows_of(out, mode);
    return launch(handle, softmax_backward, blocks_for(32LL * rows.rows), kThreads, rows, algorithm == CUDNN_SOFTMAX_LOG,
                  static_cast<const float*>(y), static_cast<const float*>(dy), static_cast<float*>(dx), scale);
  });
}
