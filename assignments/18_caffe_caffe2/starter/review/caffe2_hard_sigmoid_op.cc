// Written for this course in the manner of Caffe2: Y = min(max(alpha * X + beta, 0), 1), and its gradient.
#include "caffe2/core/operator.h"

namespace caffe2 {

template <typename T>
class HardSigmoidOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  HardSigmoidOp(const OperatorDef& def, Workspace* ws)
      : Operator<CPUContext>(def, ws), alpha_(GetSingleArgument<float>("alpha", 0.2f)), beta_(GetSingleArgument<float>("beta", 0.5f)) {}
  bool RunOnDevice() override {
    auto& X = Input(0);
    auto* Y = Output(0, X.sizes(), at::dtype<T>());
    ConstEigenVectorArrayMap<T> x(X.template data<T>(), X.numel());
    EigenVectorArrayMap<T>(Y->template mutable_data<T>(), X.numel()) = (alpha_ * x + beta_).cwiseMax(T(0)).cwiseMin(T(1));
    return true;
  }

 private:
  const float alpha_, beta_;
};

template <typename T>
class HardSigmoidGradientOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  HardSigmoidGradientOp(const OperatorDef& def, Workspace* ws)
      : Operator<CPUContext>(def, ws), alpha_(GetSingleArgument<float>("alpha", 0.2f)) {}
  bool RunOnDevice() override {
    auto& Y = Input(0);
    auto& dY = Input(1);
    auto* dX = Output(0, Y.sizes(), at::dtype<T>());
    ConstEigenVectorArrayMap<T> y(Y.template data<T>(), Y.numel()), dy(dY.template data<T>(), Y.numel());
    EigenVectorArrayMap<T>(dX->template mutable_data<T>(), Y.numel()) = (y > T(0) && y < T(1)).select(dy * alpha_, T(0));
    return true;
  }

 private:
  const float alpha_;
};

REGISTER_CPU_OPERATOR(HardSigmoid, HardSigmoidOp<float>);
REGISTER_CPU_OPERATOR(HardSigmoidGradient, HardSigmoidGradientOp<float>);

OPERATOR_SCHEMA(HardSigmoid).NumInputs(1).NumOutputs(1).AllowInplace({{0, 0}}).IdenticalTypeAndShape();
OPERATOR_SCHEMA(HardSigmoidGradient).NumInputs(2).NumOutputs(1).AllowInplace({{1, 0}});

class GetHardSigmoidGradient : public GradientMakerBase {
  using GradientMakerBase::GradientMakerBase;
  vector<OperatorDef> GetGradientDefs() override {
    return SingleGradientDef(
        def_.type() + "Gradient",
        "",
        vector<string>{I(0), GO(0)},
        vector<string>{GI(0)});
  }
};
REGISTER_GRADIENT(HardSigmoid, GetHardSigmoidGradient);

}  // namespace caffe2
