// op.cc: the operator ClippedDistance, its shape function and its kernel for the CPU. README.md has the contract.
#include <algorithm>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

using tensorflow::DEVICE_CPU;
using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::TensorShapeUtils;
using tensorflow::shape_inference::DimensionHandle;
using tensorflow::shape_inference::InferenceContext;
using tensorflow::shape_inference::ShapeHandle;

REGISTER_OP("ClippedDistance")
    .Input("x: T")
    .Input("centers: T")
    .Output("y: T")
    .Attr("limit: float")
    .Attr("T: {float, double}")
    // TODO: .SetShapeFn(...): what is known about y's shape before there is a number? What must be refused?
    .Doc("y[i, j] = min(|x[i] - centers[j]|^2, limit)");

namespace {

template <typename T>
class ClippedDistanceOp : public OpKernel {
 public:
  explicit ClippedDistanceOp(OpKernelConstruction* context) : OpKernel(context) {
    // TODO: read the attribute limit, once, and refuse what isn't > 0.
  }

  void Compute(OpKernelContext* context) override {
    // TODO: look at the shapes, which nobody may have known before; ask for the output; compute it.
  }

 private:
  float limit_ = 0;
};

// TODO: a kernel for each type that the operator promises.

}  // namespace
