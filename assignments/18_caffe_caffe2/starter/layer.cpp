// layer.cpp: the CPU half of the layer, in C++. The rules stand in caffe/layer.hpp, the hand-out in README.md.
#include "caffe/layer.hpp"
#include "caffe/layer_factory.hpp"

namespace caffe {

template <typename Dtype>
class ScaledCropLayer : public Layer<Dtype> {
 public:
  explicit ScaledCropLayer(const LayerParameter& param) : Layer<Dtype>(param) {}

  const char* type() const override { return "ScaledCrop"; }
  int ExactNumBottomBlobs() const override { return 1; }
  int ExactNumTopBlobs() const override { return 1; }

  // Once, when the net is made: the layer's parameters, and its scale, which starts as ones.
  void LayerSetUp(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    // TODO: this->layer_param_.scaled_crop_param() has crop_h() and crop_w(); this->blobs_ takes the blob of the scale
  }

  // Before each forward pass: the bottom may have another shape than last time.
  void Reshape(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    // TODO: the top's shape follows from the bottom's
  }

 protected:
  void Forward_cpu(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    // TODO: from bottom[0]->cpu_data() to top[0]->mutable_cpu_data()
  }

  void Backward_cpu(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down, const vector<Blob<Dtype>*>& bottom) override {
    // TODO: two diffs, with two rules: which is overwritten, which is added to, and which may nobody ask for?
  }

 private:
  // TODO: what the layer keeps between calls, and what it shouldn't
};

INSTANTIATE_CLASS(ScaledCropLayer);
REGISTER_LAYER_CLASS(ScaledCrop);

}  // namespace caffe
