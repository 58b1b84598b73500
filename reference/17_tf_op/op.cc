// BEGIN SOLUTION op.cc: the operator ClippedDistance, its shape function and its kernel for the CPU. README.md has the contract.
// Three parts, one below the other: what TensorFlow has to know of the operator (REGISTER_OP), the kernel (an OpKernel), and which kernel
// serves which type (REGISTER_KERNEL_BUILDER).
// END SOLUTION
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
    // BEGIN SOLUTION TODO: .SetShapeFn(...): what is known about y's shape before there is a number? What must be refused?
    .SetShapeFn([](InferenceContext* c) {
      ShapeHandle x, centers;
      DimensionHandle numbers;  // of a row: known as soon as one of the two inputs tells
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 2, &x));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(1), 2, &centers));
      TF_RETURN_IF_ERROR(c->Merge(c->Dim(x, 1), c->Dim(centers, 1), &numbers));
      c->set_output(0, c->Matrix(c->Dim(x, 0), c->Dim(centers, 0)));
      return absl::OkStatus();
    })
    // END SOLUTION
    .Doc("y[i, j] = min(|x[i] - centers[j]|^2, limit)");

namespace {

template <typename T>
class ClippedDistanceOp : public OpKernel {
 public:
  explicit ClippedDistanceOp(OpKernelConstruction* context) : OpKernel(context) {
    // BEGIN SOLUTION TODO: read the attribute limit, once, and refuse what isn't > 0.
    OP_REQUIRES_OK(context, context->GetAttr("limit", &limit_));
    OP_REQUIRES(context, limit_ > 0, absl::InvalidArgumentError("limit must be > 0"));
    // END SOLUTION
  }

  void Compute(OpKernelContext* context) override {
    // BEGIN SOLUTION TODO: look at the shapes, which nobody may have known before; ask for the output; compute it.
    const Tensor& x = context->input(0);
    const Tensor& centers = context->input(1);
    OP_REQUIRES(context, TensorShapeUtils::IsMatrix(x.shape()),
                absl::InvalidArgumentError("x must be a matrix, not of shape " + x.shape().DebugString()));
    OP_REQUIRES(context, TensorShapeUtils::IsMatrix(centers.shape()),
                absl::InvalidArgumentError("centers must be a matrix, not of shape " + centers.shape().DebugString()));
    OP_REQUIRES(context, x.dim_size(1) == centers.dim_size(1),
                absl::InvalidArgumentError("rows of x and of centers must be equally long, not " + x.shape().DebugString() + " and " +
                                           centers.shape().DebugString()));
    const int64_t rows = x.dim_size(0), columns = centers.dim_size(0), numbers = x.dim_size(1);

    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, columns}), &y));

    const T limit = static_cast<T>(limit_);
    const T* of_x = x.flat<T>().data();
    const T* of_centers = centers.flat<T>().data();
    T* result = y->flat<T>().data();
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        T sum = 0;
        for (int64_t d = 0; d < numbers; ++d) {
          const T difference = of_x[i * numbers + d] - of_centers[j * numbers + d];
          sum += difference * difference;
        }
        result[i * columns + j] = sum >= limit ? limit : sum;  // NaN isn't >= anything and stays
      }
    }
    // END SOLUTION
  }

 private:
  float limit_ = 0;
};

// BEGIN SOLUTION TODO: a kernel for each type that the operator promises.
REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device(DEVICE_CPU).TypeConstraint<float>("T"), ClippedDistanceOp<float>);
REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device(DEVICE_CPU).TypeConstraint<double>("T"), ClippedDistanceOp<double>);
// END SOLUTION

}  // namespace
