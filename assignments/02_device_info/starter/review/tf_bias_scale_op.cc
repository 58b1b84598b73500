// In the manner of TensorFlow: out[b, c] = scale[c] * (in[b, c] + bias[c]), its registration and its kernel on a GPU. Read it; it isn't compiled here.
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace tensorflow {

using shape_inference::InferenceContext;
using shape_inference::ShapeHandle;

REGISTER_OP("BiasScale")
    .Input("in: float")
    .Input("bias: float")
    .Input("scale: float")
    .Output("out: float")
    .SetShapeFn([](InferenceContext* c) {
      ShapeHandle in, bias, scale;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 2, &in));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(1), 1, &bias));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(2), 1, &scale));
      TF_RETURN_IF_ERROR(c->Merge(bias, scale, &bias));
      c->set_output(0, bias);
      return Status::OK();
    })
    .Doc("Adds a bias to each channel and scales it.");

// Defined in bias_scale_op.cu.cc: one thread an element, on the stream of the device.
void BiasScaleKernelLauncher(const Eigen::GpuDevice& device, const float* in, const float* bias, const float* scale, int64 batch,
                             int64 channels, float* out);

class BiasScaleOp : public OpKernel {
 public:
  explicit BiasScaleOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& in = context->input(0);
    const Tensor& bias = context->input(1);
    const Tensor& scale = context->input(2);
    OP_REQUIRES(context, in.dims() == 2, errors::InvalidArgument("in must be a matrix"));
    OP_REQUIRES(context, bias.NumElements() == in.dim_size(1) && scale.NumElements() == in.dim_size(1), errors::InvalidArgument("one of each a channel"));
    Tensor* out = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, in.shape(), &out));
    if (in.NumElements() == 0) return;
    BiasScaleKernelLauncher(context->eigen_gpu_device(), in.flat<float>().data(), bias.flat<float>().data(), scale.flat<float>().data(),
                            in.dim_size(0), in.dim_size(1), out->flat<float>().data());
  }
};

REGISTER_KERNEL_BUILDER(Name("BiasScale").Device(DEVICE_GPU), BiasScaleOp);

}  // namespace tensorflow
