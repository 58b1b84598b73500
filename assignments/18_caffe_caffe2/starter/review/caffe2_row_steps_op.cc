// Written for this course in the manner of Caffe2: in each row of an N x D matrix, the difference of each number and the one before it.
#include "caffe2/core/operator.h"

namespace caffe2 {

class RowStepsOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  template <class... Args>
  explicit RowStepsOp(Args&&... args) : Operator<CPUContext>(std::forward<Args>(args)...) {}

  bool RunOnDevice() override {
    const auto& X = Input(0);
    CAFFE_ENFORCE_EQ(X.dim(), 2);
    const int N = X.dim32(0), D = X.dim32(1);
    auto* Y = Output(0, {N, D}, at::dtype<float>());
    const float* x = X.data<float>();
    float* y = Y->mutable_data<float>();
    for (int n = 0; n < N; ++n) {
      for (int d = 0; d < D; ++d) {
        const float before = d > 0 ? x[n * D + d - 1] : 0.0f;
        y[n * D + d] = x[n * D + d] - before;
      }
    }
    return true;
  }
};

REGISTER_CPU_OPERATOR(RowSteps, RowStepsOp);

OPERATOR_SCHEMA(RowSteps)
    .NumInputs(1)
    .NumOutputs(1)
    .IdenticalTypeAndShape()
    .AllowInplace({{0, 0}})
    .SetDoc("Differences of neighbours within a row; the first number of a row stays as it is.");

NO_GRADIENT(RowSteps);

}  // namespace caffe2
