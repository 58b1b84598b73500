// Planes and rows by pointers; the gradient operator takes dY first.
#include <algorithm>

#include "caffe2/core/operator.h"

namespace caffe2 {

class ScaledCropOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  template <class... Args>
  explicit ScaledCropOp(Args&&... args) : Operator<CPUContext>(std::forward<Args>(args)...) {
    crop_h_ = this->template GetSingleArgument<int>("crop_h", 0);
    crop_w_ = this->template GetSingleArgument<int>("crop_w", 0);
  }
  bool RunOnDevice() override {
    const auto& X = Input(0);
    std::vector<int64_t> shape = X.sizes().vec();
    shape[2] -= 2 * crop_h_;
    shape[3] -= 2 * crop_w_;
    auto* Y = Output(0, shape, at::dtype<float>());
    float* y = Y->template mutable_data<float>();
    for (int plane = 0; plane < shape[0] * shape[1]; ++plane) {
      const float s = Input(1).template data<float>()[plane % shape[1]];
      for (int row = 0; row < shape[2]; ++row, y += shape[3]) {
        const float* x = X.template data<float>() + (plane * X.dim32(2) + row + crop_h_) * X.dim32(3) + crop_w_;
        std::transform(x, x + shape[3], y, [s](float v) { return s * v; });
      }
    }
    return true;
  }

 private:
  int crop_h_, crop_w_;
};

class ScaledCropGradientOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  template <class... Args>
  explicit ScaledCropGradientOp(Args&&... args) : Operator<CPUContext>(std::forward<Args>(args)...) {
    crop_h_ = this->template GetSingleArgument<int>("crop_h", 0);
    crop_w_ = this->template GetSingleArgument<int>("crop_w", 0);
  }
  bool RunOnDevice() override {
    const auto &dY = Input(0), &X = Input(1), &scale = Input(2);
    auto* dX = Output(0, X.sizes(), at::dtype<float>());
    auto* dscale = Output(1, scale.sizes(), at::dtype<float>());
    std::vector<double> sums(scale.numel());
    const int C = X.dim32(1), H = X.dim32(2), W = X.dim32(3), h = dY.dim32(2), w = dY.dim32(3);
    for (int64_t i = 0; i < X.numel(); ++i) {
      const int column = i % W - crop_w_, row = i / W % H - crop_h_, plane = i / (H * W);
      float result = 0;
      if (row >= 0 && row < h && column >= 0 && column < w) {
        const float d = dY.template data<float>()[(plane * h + row) * w + column];
        result = scale.template data<float>()[plane % C] * d;
        sums[plane % C] += double(d) * X.template data<float>()[i];
      }
      dX->template mutable_data<float>()[i] = result;
    }
    std::copy(sums.begin(), sums.end(), dscale->template mutable_data<float>());
    return true;
  }

 private:
  int crop_h_, crop_w_;
};

REGISTER_CPU_OPERATOR(ScaledCrop, ScaledCropOp);
REGISTER_CPU_OPERATOR(ScaledCropGradient, ScaledCropGradientOp);

OPERATOR_SCHEMA(ScaledCrop)
    .NumInputs(2)
    .NumOutputs(1)
    .TensorInferenceFunction([](const OperatorDef& def, const vector<TensorShape>& in) {
      vector<TensorShape> out(1, in[0]);
      ArgumentHelper helper(def);
      out[0].set_dims(2, in[0].dims(2) - 2 * helper.GetSingleArgument<int>("crop_h", 0));
      out[0].set_dims(3, in[0].dims(3) - 2 * helper.GetSingleArgument<int>("crop_w", 0));
      return out;
    });
OPERATOR_SCHEMA(ScaledCropGradient).NumInputs(3).NumOutputs(2);

struct GetScaledCropGradient : public GradientMakerBase {
  using GradientMakerBase::GradientMakerBase;
  vector<OperatorDef> GetGradientDefs() override {
    return SingleGradientDef(def_.type() + "Gradient", "", vector<string>{GO(0), I(0), I(1)}, vector<string>{GI(0), GI(1)});
  }
};
REGISTER_GRADIENT(ScaledCrop, GetScaledCropGradient);

}  // namespace caffe2
