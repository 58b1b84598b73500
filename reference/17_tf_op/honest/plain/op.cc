// The shortest that will do: sums in double, whatever the type.
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
using namespace tensorflow;

REGISTER_OP("ClippedDistance").Input("x: T").Input("centers: T").Output("y: T").Attr("limit: float").Attr("T: {double, float}")
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      shape_inference::ShapeHandle x, y, transposed;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 2, &x));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(1), 2, &y));
      TF_RETURN_IF_ERROR(c->Merge(c->MakeShape({c->UnknownDim(), c->Dim(x, 1)}), y, &transposed));
      c->set_output(0, c->MakeShape({c->Dim(x, 0), c->Dim(y, 0)}));
      return absl::OkStatus();
    });

template <typename T>
class Op : public OpKernel {
  float limit;

 public:
  explicit Op(OpKernelConstruction* k) : OpKernel(k) {
    OP_REQUIRES_OK(k, k->GetAttr("limit", &limit));
    OP_REQUIRES(k, limit > 0, errors::InvalidArgument("limit must be positive"));
  }
  void Compute(OpKernelContext* k) override {
    Tensor x = k->input(0), c = k->input(1), *y;
    OP_REQUIRES(k, x.dims() == 2 && c.dims() == 2, errors::InvalidArgument("both must be matrices"));
    OP_REQUIRES(k, x.dim_size(1) == c.dim_size(1), errors::InvalidArgument("rows must be equally long"));
    OP_REQUIRES_OK(k, k->allocate_output("y", {x.dim_size(0), c.dim_size(0)}, &y));
    auto a = x.matrix<T>(), b = c.matrix<T>(), r = y->matrix<T>();
    for (int i = 0; i < a.dimension(0); i++)
      for (int j = 0; j < b.dimension(0); j++) {
        double s = 0;
        for (int d = 0; d < a.dimension(1); d++) s += ((double)a(i, d) - b(j, d)) * ((double)a(i, d) - b(j, d));
        r(i, j) = s >= limit ? (T)limit : (T)s;
      }
  }
};
REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device(DEVICE_CPU).TypeConstraint<float>("T"), Op<float>);
REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device(DEVICE_CPU).TypeConstraint<double>("T"), Op<double>);
