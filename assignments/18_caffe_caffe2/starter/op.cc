// op.cc: the scaled crop as a C++ operator of Caffe2. The contract stands in README.md.
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
    // TODO: Input(0) and Input(1) are X and scale; Output(0, {…}, at::dtype<float>()) makes Y with its shape
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
    // TODO: which inputs it has is for your GradientMaker to say. Both outputs are overwritten, in all of their numbers.
    return true;
  }

 private:
  const int crop_h_, crop_w_;
};

// TODO: shapes for Caffe2 to infer before it runs anything: for each output, CreateTensorShape(dimensions, type)

REGISTER_CPU_OPERATOR(ScaledCrop, ScaledCropOp);
REGISTER_CPU_OPERATOR(ScaledCropGradient, ScaledCropGradientOp);

// TODO: OPERATOR_SCHEMA(ScaledCrop) and OPERATOR_SCHEMA(ScaledCropGradient): inputs, outputs, the inference of shapes

class GetScaledCropGradient : public GradientMakerBase {
  using GradientMakerBase::GradientMakerBase;
  std::vector<OperatorDef> GetGradientDefs() override {
    // TODO: SingleGradientDef(type, "", inputs, outputs); I(i), O(i), GO(i) and GI(i) are names of blobs
    return {};
  }
};
REGISTER_GRADIENT(ScaledCrop, GetScaledCropGradient);

}  // namespace
}  // namespace caffe2
