// BEGIN SOLUTION op.cc: the scaled crop as a C++ operator of Caffe2. The contract stands in README.md.
// The reference: one loop over the output in each direction.
// END SOLUTION
#include "caffe2/core/operator.h"

namespace caffe2 {
namespace {

class ScaledCropOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  template <class... Args>
  explicit ScaledCropOp(Args&&... args)
      : Operator<CPUContext>(std::forward<Args>(args)...),
        crop_h_(this->template GetSingleArgument<int>("crop_h", 0)),
        crop_w_(this->template GetSingleArgument<int>("crop_w", 0)) {}

  bool RunOnDevice() override {
    // BEGIN SOLUTION TODO: Input(0) and Input(1) are X and scale; Output(0, {…}, at::dtype<float>()) makes Y with its shape
    const auto& X = Input(0);
    const auto& scale = Input(1);
    const int64_t N = X.dim(0), C = X.dim(1), H = X.dim(2), W = X.dim(3), h = H - 2 * crop_h_, w = W - 2 * crop_w_;
    CAFFE_ENFORCE_EQ(scale.numel(), C);
    auto* Y = Output(0, {N, C, h, w}, at::dtype<float>());
    const float* x = X.data<float>();
    const float* s = scale.data<float>();
    float* y = Y->mutable_data<float>();
    for (int64_t plane = 0; plane < N * C; ++plane)
      for (int64_t i = 0; i < h; ++i)
        for (int64_t j = 0; j < w; ++j) *y++ = s[plane % C] * x[(plane * H + i + crop_h_) * W + j + crop_w_];
    // END SOLUTION
    return true;
  }

 private:
  const int crop_h_, crop_w_;
};

class ScaledCropGradientOp final : public Operator<CPUContext> {
 public:
  USE_OPERATOR_FUNCTIONS(CPUContext);
  template <class... Args>
  explicit ScaledCropGradientOp(Args&&... args)
      : Operator<CPUContext>(std::forward<Args>(args)...),
        crop_h_(this->template GetSingleArgument<int>("crop_h", 0)),
        crop_w_(this->template GetSingleArgument<int>("crop_w", 0)) {}

  bool RunOnDevice() override {
    // BEGIN SOLUTION TODO: which inputs it has is for your GradientMaker to say. Both outputs are overwritten, in all of their numbers.
    const auto& X = Input(0);
    const auto& scale = Input(1);
    const auto& dY = Input(2);
    const int64_t N = X.dim(0), C = X.dim(1), H = X.dim(2), W = X.dim(3), h = dY.dim(2), w = dY.dim(3);
    auto* dX = Output(0, X.sizes(), at::dtype<float>());
    auto* dscale = Output(1, scale.sizes(), at::dtype<float>());
    const float* x = X.data<float>();
    const float* s = scale.data<float>();
    const float* dy = dY.data<float>();
    float* dx = dX->mutable_data<float>();
    float* ds = dscale->mutable_data<float>();
    std::fill(dx, dx + X.numel(), 0.0f);
    std::fill(ds, ds + C, 0.0f);
    for (int64_t plane = 0; plane < N * C; ++plane)
      for (int64_t i = 0; i < h; ++i)
        for (int64_t j = 0; j < w; ++j, ++dy) {
          const int64_t from = (plane * H + i + crop_h_) * W + j + crop_w_;
          dx[from] = s[plane % C] * *dy;
          ds[plane % C] += x[from] * *dy;
        }
    // END SOLUTION
    return true;
  }

 private:
  const int crop_h_, crop_w_;
};

// BEGIN SOLUTION TODO: shapes for Caffe2 to infer before it runs anything: for each output, CreateTensorShape(dimensions, type)
std::vector<TensorShape> Shapes(const OperatorDef& def, const std::vector<TensorShape>& in) {
  ArgumentHelper arguments(def);
  const int crop_h = arguments.GetSingleArgument<int>("crop_h", 0), crop_w = arguments.GetSingleArgument<int>("crop_w", 0);
  const std::vector<int64_t> shape{in[0].dims(0), in[0].dims(1), in[0].dims(2) - 2 * crop_h, in[0].dims(3) - 2 * crop_w};
  return {CreateTensorShape(shape, in[0].data_type())};
}
// END SOLUTION

REGISTER_CPU_OPERATOR(ScaledCrop, ScaledCropOp);
REGISTER_CPU_OPERATOR(ScaledCropGradient, ScaledCropGradientOp);

// BEGIN SOLUTION TODO: OPERATOR_SCHEMA(ScaledCrop) and OPERATOR_SCHEMA(ScaledCropGradient): inputs, outputs, the inference of shapes
OPERATOR_SCHEMA(ScaledCrop).NumInputs(2).NumOutputs(1).TensorInferenceFunction(Shapes).SetDoc("Cuts a margin off and scales channels.");
OPERATOR_SCHEMA(ScaledCropGradient).NumInputs(3).NumOutputs(2);
// END SOLUTION

class GetScaledCropGradient : public GradientMakerBase {
  using GradientMakerBase::GradientMakerBase;
  std::vector<OperatorDef> GetGradientDefs() override {
    // BEGIN SOLUTION TODO: SingleGradientDef(type, "", inputs, outputs); I(i), O(i), GO(i) and GI(i) are names of blobs
    return SingleGradientDef("ScaledCropGradient", "", std::vector<std::string>{I(0), I(1), GO(0)}, std::vector<std::string>{GI(0), GI(1)});
    // END SOLUTION
    return {};
  }
};
REGISTER_GRADIENT(ScaledCrop, GetScaledCropGradient);

}  // namespace
}  // namespace caffe2
