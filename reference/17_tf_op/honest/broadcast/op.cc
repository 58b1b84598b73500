// Another style: no loop over numbers, but Eigen's tensor expressions, a row of x at a time.
#define EIGEN_USE_THREADS
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace tf = tensorflow;

REGISTER_OP("ClippedDistance")
    .Attr("limit: float")
    .Attr("T: {float, double}")
    .Input("x: T")
    .Input("centers: T")
    .Output("y: T")
    .SetShapeFn([](tf::shape_inference::InferenceContext* c) -> absl::Status {
      const auto unknown = c->UnknownDim();
      tf::shape_inference::ShapeHandle x, centers;
      TF_RETURN_IF_ERROR(c->Merge(c->input(0), c->Matrix(unknown, unknown), &x));
      TF_RETURN_IF_ERROR(c->Merge(c->input(1), c->Matrix(c->UnknownDim(), c->Dim(x, 1)), &centers));
      c->set_output(0, c->Matrix(c->Dim(x, 0), c->Dim(centers, 0)));
      return absl::OkStatus();
    });

template <class T>
struct Distances : tf::OpKernel {
  explicit Distances(tf::OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("limit", &limit));
    if (!(limit > 0)) context->CtxFailure(absl::InvalidArgumentError("limit"));
  }

  void Compute(tf::OpKernelContext* context) override {
    absl::Status status = compute(context);
    if (!status.ok()) context->SetStatus(status);
  }

  absl::Status compute(tf::OpKernelContext* context) {
    const tf::Tensor x = context->input(0), centers = context->input(1);
    if (x.dims() != 2 || centers.dims() != 2 || x.dim_size(1) != centers.dim_size(1)) {
      return absl::InvalidArgumentError("two matrices with rows of the same length are needed");
    }
    tf::Tensor* y = nullptr;
    TF_RETURN_IF_ERROR(context->allocate_output(0, tf::TensorShape({x.dim_size(0), centers.dim_size(0)}), &y));
    if (y->NumElements() == 0) return absl::OkStatus();
    if (x.dim_size(1) == 0) {
      y->flat<T>().setZero();
      return absl::OkStatus();
    }
    const auto rows = x.matrix<T>();
    const auto c = centers.matrix<T>();
    auto out = y->matrix<T>();
    const T most = static_cast<T>(limit);
    const Eigen::array<Eigen::Index, 2> again{{static_cast<Eigen::Index>(centers.dim_size(0)), 1}};
    const Eigen::array<Eigen::Index, 2> one_row{{1, static_cast<Eigen::Index>(x.dim_size(1))}};
    for (Eigen::Index i = 0; i < rows.dimension(0); ++i) {
      Eigen::Tensor<T, 1, Eigen::RowMajor> sum =
          (c - rows.chip(i, 0).reshape(one_row).broadcast(again)).square().sum(Eigen::array<Eigen::Index, 1>{{1}});
      for (Eigen::Index j = 0; j < sum.size(); ++j) out(i, j) = sum(j) > most ? most : sum(j);
    }
    return absl::OkStatus();
  }

  float limit;
};

REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device("CPU").TypeConstraint<float>("T"), Distances<float>);
REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device("CPU").TypeConstraint<double>("T"), Distances<double>);
