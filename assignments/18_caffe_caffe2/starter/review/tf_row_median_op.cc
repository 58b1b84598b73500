// Written for this course in the manner of TensorFlow: the median of each row of a matrix, N x D -> N.
#include <algorithm>
#include <vector>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

using namespace tensorflow;

REGISTER_OP("RowMedian")
    .Input("x: float")
    .Output("medians: float")
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      shape_inference::ShapeHandle x;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 2, &x));
      c->set_output(0, c->Vector(c->Dim(x, 0)));
      return Status::OK();
    });

class RowMedianOp : public OpKernel {
 public:
  explicit RowMedianOp(OpKernelConstruction* ctx) : OpKernel(ctx) {}

  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    OP_REQUIRES(ctx, x.dims() == 2 && x.dim_size(1) > 0, errors::InvalidArgument("x must be a matrix with columns"));
    const auto rows = x.matrix<float>();
    Tensor* medians = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({x.dim_size(0)}), &medians));
    auto out = medians->vec<float>();
    for (int64 n = 0; n < x.dim_size(0); ++n) {
      sorted_.assign(&rows(n, 0), &rows(n, 0) + x.dim_size(1));
      auto middle = sorted_.begin() + sorted_.size() / 2;
      std::nth_element(sorted_.begin(), middle, sorted_.end());
      out(n) = *middle;
    }
  }

 private:
  std::vector<float> sorted_;
};

REGISTER_KERNEL_BUILDER(Name("RowMedian").Device(DEVICE_CPU), RowMedianOp);
