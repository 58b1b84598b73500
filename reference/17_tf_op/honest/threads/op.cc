// Another style: a named shape function, the rows shared out to TensorFlow's own threads, and a macro for the types.
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

namespace tensorflow {
namespace {

absl::Status DistanceShape(shape_inference::InferenceContext* c) {
  shape_inference::ShapeHandle shapes[2];
  for (int i = 0; i < 2; ++i) TF_RETURN_IF_ERROR(c->WithRank(c->input(i), 2, &shapes[i]));
  const auto a = c->Dim(shapes[0], 1), b = c->Dim(shapes[1], 1);
  if (c->ValueKnown(a) && c->ValueKnown(b) && c->Value(a) != c->Value(b)) {
    return absl::InvalidArgumentError("x and centers have rows of different lengths");
  }
  c->set_output(0, c->MakeShape({c->Dim(shapes[0], 0), c->Dim(shapes[1], 0)}));
  return absl::OkStatus();
}

REGISTER_OP("ClippedDistance")
    .Input("x: T")
    .Input("centers: T")
    .Output("y: T")
    .Attr("T: {float, double}")
    .Attr("limit: float")
    .SetShapeFn(DistanceShape);

template <typename T>
class ThreadedDistance final : public OpKernel {
 public:
  explicit ThreadedDistance(OpKernelConstruction* c) : OpKernel(c) {
    float limit;
    OP_REQUIRES_OK(c, c->GetAttr("limit", &limit));
    OP_REQUIRES(c, !(limit <= 0) && limit == limit, errors::InvalidArgument("limit has to be positive, got ", limit));
    limit_ = static_cast<T>(limit);
  }

  void Compute(OpKernelContext* c) override {
    const Tensor &x = c->input(0), &centers = c->input(1);
    for (const Tensor* t : {&x, &centers}) {
      OP_REQUIRES(c, t->dims() == 2, errors::InvalidArgument("a matrix is needed, got ", t->shape().DebugString()));
    }
    OP_REQUIRES(c, x.dim_size(1) == centers.dim_size(1),
                errors::InvalidArgument(x.shape().DebugString(), " and ", centers.shape().DebugString(), " don't fit"));
    TensorShape shape;
    OP_REQUIRES_OK(c, shape.AddDimWithStatus(x.dim_size(0)));
    OP_REQUIRES_OK(c, shape.AddDimWithStatus(centers.dim_size(0)));
    Tensor* y;
    OP_REQUIRES_OK(c, c->allocate_output(0, shape, &y));
    const auto from = x.matrix<T>(), to = centers.matrix<T>();
    auto out = y->matrix<T>();
    const int64_t k = centers.dim_size(0), d = x.dim_size(1);
    const auto rows = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        for (int64_t j = 0; j < k; ++j) {
          T sum{0};
          for (int64_t n = d; n-- > 0;) {
            const T e = to(j, n) - from(i, n);
            sum += e * e;
          }
          out(i, j) = limit_ <= sum ? limit_ : sum;
        }
      }
    };
    const auto& pool = *c->device()->tensorflow_cpu_worker_threads();
    Shard(pool.num_threads, pool.workers, x.dim_size(0), 3 * k * d + 1, rows);
  }

 private:
  T limit_{};
};

#define REGISTER(type) \
  REGISTER_KERNEL_BUILDER(Name("ClippedDistance").Device(DEVICE_CPU).TypeConstraint<type>("T"), ThreadedDistance<type>)
REGISTER(float);
REGISTER(double);
#undef REGISTER

}  // namespace
}  // namespace tensorflow
