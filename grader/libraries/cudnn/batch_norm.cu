// Batch normalisation with known mean and variance: y = alpha · (scale · (x − mean) / √(variance + ε) + bias) + beta · y.
#include "descriptors.h"

namespace cudnn_standin {

__global__ void batch_norm_inference(Tensor x, bool per_channel, const float* in, const float* scales, const float* biases,
                                     const float* means, const float* variances, float epsilon, float* out, Scale scale) {
  for (long long i = first_index(); i < x.elements(); i += index_stride()) {
    const int index = static_cast<int>(i), of = per_channel ? index / x.pixels() % x.c : index % (x.c * x.pixels());
    store(out + index, scales[of] * (in[index] - means[of]) / sqrtf(variances[of] + epsilon) + biases[of], scale);
  }
}

static bool is_spatial(cudnnBatchNormMode_t mode) { return mode != CUDNN_BATCHNORM_PER_ACTIVATION; }

}  // namespace cudnn_standin

using namespace cudnn_standin;

cudnnStatus_t cudnnDeriveBNTensorDescriptor(cudnnTensorDescriptor_t derived, const cudnnTensorDescriptor_t x, cudnnBatchNormMode_t mode) {
  return call(Function::cudnnDeriveBNTensorDescriptor, __builtin_return_address(0), [&]() -> Outcome {
    if (!derived) return bad(Reason::null_descriptor);
    TRY(known(x));
    if (!within(mode, CUDNN_BATCHNORM_SPATIAL_PERSISTENT)) return bad(Reason::value);
    if (x->count != 4) return unsupported(Reason::dimensions_served);
    *derived = *x;
    derived->extent[0] = 1;
    if (is_spatial(mode)) derived->extent[2] = derived->extent[3] = 1;
    for (int i = 3, stride = 1; i >= 0; --i) {
      derived->stride[i] = stride;
      stride *= derived->extent[i];
    }
    return {};
  });
}

cudnnStatus_t cudnnBatchNormalizationForwardInference(cudnnHandle_t handle, cudnnBatchNormMode_t mode, const void* alpha, const void* beta,
                                                      const cudnnTensorDescriptor_t x_desc, const void* x,
                                                      const cudnnTensorDescriptor_t y_desc, void* y,
                                                      const cudnnTensorDescriptor_t parameters_desc, const void* scales, const void* biases,
                                                      const void* means, const void* variances, double epsilon) {
  return call(Function::cudnnBatchNormalizationForwardInference, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    Scale scale;
    Tensor in, out, parameters;
    if (!within(mode, CUDNN_BATCHNORM_SPATIAL_PERSISTENT) || !(epsilon >= CUDNN_BN_MIN_EPSILON)) return bad(Reason::value);
    TRY(scale_of(alpha, beta, &scale));
    TRY(tensor_of(x_desc, &in));
    TRY(tensor_of(y_desc, &out));
    TRY(tensor_of(parameters_desc, &parameters));
    const bool spatial = is_spatial(mode);
    if (!(in == out) || !(parameters == Tensor{1, in.c, spatial ? 1 : in.h, spatial ? 1 : in.w})) return bad(Reason::shape);
    if (any_null(x, scales, biases, means, variances, static_cast<const void*>(y))) return bad(Reason::null_data);
    if (shifted(x, y, in.elements())) return bad(Reason::overlap);
    for (const void* each : {scales, biases, means, variances}) {
      if (overlap(each, parameters.elements(), y, in.elements())) return bad(Reason::overlap);
    }
    return launch(handle, batch_norm_inference, blocks_for(in.elements()), kThreads, in, spatial, static_cast<const float*>(x),
                  static_cast<const float*>(scales), static_cast<const float*>(biases), static_cast<const float*>(means),
                  static_cast<const float*>(variances), static_cast<float>(epsilon), static_cast<float*>(y), scale);
  });
}
