// One loop over the bottom, and sums in double precision.
#include "caffe/layer_factory.hpp"

namespace caffe {

template <typename Dtype>
class ScaledCropLayer : public Layer<Dtype> {
 public:
  using Layer<Dtype>::Layer;
  const char* type() const override { return "ScaledCrop"; }
  int ExactNumBottomBlobs() const override { return 1; }

  void LayerSetUp(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    auto scale = std::make_shared<Blob<Dtype>>();
    scale->Reshape({bottom[0]->shape(1)});
    for (int c = 0; c < scale->count(); ++c) scale->mutable_cpu_data()[c] = 1;
    this->blobs_.push_back(scale);
  }
  void Reshape(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    const ScaledCropParameter& p = this->layer_param().scaled_crop_param();
    rows_ = bottom[0]->shape(-2);
    columns_ = bottom[0]->shape(-1);
    top[0]->Reshape(bottom[0]->num(), bottom[0]->channels(), rows_ - 2 * p.crop_h(), columns_ - 2 * p.crop_w());
  }

 protected:
  // The number of the top that number i of the bottom becomes, or -1.
  int target(int i) const {
    const ScaledCropParameter& p = this->layer_param().scaled_crop_param();
    const int column = i % columns_ - p.crop_w(), row = i / columns_ % rows_ - p.crop_h(), plane = i / (columns_ * rows_);
    const int h = rows_ - 2 * p.crop_h(), w = columns_ - 2 * p.crop_w();
    return row < 0 || row >= h || column < 0 || column >= w ? -1 : (plane * h + row) * w + column;
  }
  void Forward_cpu(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) override {
    const int size = rows_ * columns_, channels = bottom[0]->channels();
    for (int i = 0; i < bottom[0]->count(); ++i)
      if (const int to = target(i); to >= 0)
        top[0]->mutable_cpu_data()[to] = this->blobs_[0]->cpu_data()[i / size % channels] * bottom[0]->cpu_data()[i];
  }
  void Backward_cpu(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down, const vector<Blob<Dtype>*>& bottom) override {
    const int size = rows_ * columns_, channels = bottom[0]->channels();
    vector<double> sums(size_t(channels), 0.0);
    for (int i = 0; i < bottom[0]->count(); ++i) {
      const int to = target(i), c = i / size % channels;
      const Dtype dy = to < 0 ? Dtype(0) : top[0]->cpu_diff()[to];
      sums[size_t(c)] += double(bottom[0]->cpu_data()[i]) * double(dy);
      if (propagate_down[0]) bottom[0]->mutable_cpu_diff()[i] = this->blobs_[0]->cpu_data()[c] * dy;
    }
    for (int c = 0; c < channels; ++c) this->blobs_[0]->mutable_cpu_diff()[c] += Dtype(sums[size_t(c)]);
  }

 private:
  int rows_ = 0, columns_ = 0;  // of the bottom, as Reshape saw it last
};

INSTANTIATE_CLASS(ScaledCropLayer);
REGISTER_LAYER_CLASS(ScaledCrop);

}  // namespace caffe
