// BEGIN SOLUTION layer.cpp: the CPU half of the layer, in C++. The rules stand in caffe/layer.hpp, the hand-out in README.md.
// The reference: one pass over the top in each direction.
// END SOLUTION
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
    // BEGIN SOLUTION TODO: this->layer_param_.scaled_crop_param() has crop_h() and crop_w(); this->blobs_ takes the blob of the scale
    crop_h_ = this->layer_param_.scaled_crop_param().crop_h();
    crop_w_ = this->layer_param_.scaled_crop_param().crop_w();
    this->blobs_.push_back(std::make_shared<Blob<Dtype>>(vector<int>{bottom[0]->channels()}));
    for (int c = 0; c < bottom[0]->channels(); ++c) this->blobs_[0]->mutable_cpu_data()[c] = Dtype(1);
    // END SOLUTION
  }

  // Before each forward pass: the bottom may have another shape than last time.
  void Reshape(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    // BEGIN SOLUTION TODO: the top's shape follows from the bottom's
    const Blob<Dtype>& x = *bottom[0];
    CHECK_GE(x.height(), 2 * crop_h_) << "the margin is larger than the image";
    CHECK_GE(x.width(), 2 * crop_w_) << "the margin is larger than the image";
    top[0]->Reshape(x.num(), x.channels(), x.height() - 2 * crop_h_, x.width() - 2 * crop_w_);
    // END SOLUTION
  }

 protected:
  void Forward_cpu(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    // BEGIN SOLUTION TODO: from bottom[0]->cpu_data() to top[0]->mutable_cpu_data()
    const Dtype* x = bottom[0]->cpu_data();
    const Dtype* scale = this->blobs_[0]->cpu_data();
    Dtype* y = top[0]->mutable_cpu_data();
    each(*bottom[0], *top[0], [&](int from, int to, int c) { y[to] = scale[c] * x[from]; });
    // END SOLUTION
  }

  void Backward_cpu(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down, const vector<Blob<Dtype>*>& bottom) override {
    // BEGIN SOLUTION TODO: two diffs, with two rules: which is overwritten, which is added to, and which may nobody ask for?
    const Dtype* x = bottom[0]->cpu_data();
    const Dtype* dy = top[0]->cpu_diff();
    const Dtype* scale = this->blobs_[0]->cpu_data();
    Dtype* dscale = this->blobs_[0]->mutable_cpu_diff();
    each(*bottom[0], *top[0], [&](int from, int to, int c) { dscale[c] += x[from] * dy[to]; });
    if (!propagate_down[0]) return;
    Dtype* dx = bottom[0]->mutable_cpu_diff();
    for (int i = 0; i < bottom[0]->count(); ++i) dx[i] = Dtype(0);
    each(*bottom[0], *top[0], [&](int from, int to, int c) { dx[from] = scale[c] * dy[to]; });
    // END SOLUTION
  }

 private:
  // BEGIN SOLUTION TODO: what the layer keeps between calls, and what it shouldn't
  // Calls f(number of the bottom, number of the top, channel) for every number of the top.
  template <typename F>
  void each(const Blob<Dtype>& bottom, const Blob<Dtype>& top, F f) const {
    for (int n = 0; n < top.num(); ++n)
      for (int c = 0; c < top.channels(); ++c)
        for (int i = 0; i < top.height(); ++i)
          for (int j = 0; j < top.width(); ++j) f(bottom.offset(n, c, i + crop_h_, j + crop_w_), top.offset(n, c, i, j), c);
  }

  int crop_h_ = 0, crop_w_ = 0;
  // END SOLUTION
};

INSTANTIATE_CLASS(ScaledCropLayer);
REGISTER_LAYER_CLASS(ScaledCrop);

}  // namespace caffe
