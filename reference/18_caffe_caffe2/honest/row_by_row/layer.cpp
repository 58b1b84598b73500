// Rows by pointers, and checks of its own.
#include <algorithm>

#include "caffe/layer.hpp"
#include "caffe/layer_factory.hpp"

namespace caffe {

template <typename Dtype>
class ScaledCropLayer : public Layer<Dtype> {
 public:
  explicit ScaledCropLayer(const LayerParameter& param) : Layer<Dtype>(param) {}
  virtual const char* type() const { return "ScaledCrop"; }

  virtual void LayerSetUp(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
    this->blobs_.resize(1);
    this->blobs_[0].reset(new Blob<Dtype>(vector<int>(1, bottom[0]->shape(1))));
    std::fill_n(this->blobs_[0]->mutable_cpu_data(), this->blobs_[0]->count(), Dtype(1));
  }
  virtual void Reshape(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
    CHECK_EQ(bottom[0]->num_axes(), 4) << "images have four axes";
    vector<int> shape = bottom[0]->shape();
    shape[2] -= 2 * param().crop_h();
    shape[3] -= 2 * param().crop_w();
    top[0]->Reshape(shape);
  }

 protected:
  virtual void Forward_cpu(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
    const int width = top[0]->width();
    Dtype* y = top[0]->mutable_cpu_data();
    for (int n = 0; n < top[0]->num(); ++n)
      for (int c = 0; c < top[0]->channels(); ++c)
        for (int i = 0; i < top[0]->height(); ++i, y += width) {
          const Dtype s = this->blobs_[0]->cpu_data()[c];
          const Dtype* x = bottom[0]->cpu_data() + bottom[0]->offset(n, c, i + param().crop_h(), param().crop_w());
          std::transform(x, x + width, y, [s](Dtype v) { return v * s; });
        }
  }
  virtual void Backward_cpu(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down, const vector<Blob<Dtype>*>& bottom) {
    const int width = top[0]->width();
    if (propagate_down[0]) std::fill_n(bottom[0]->mutable_cpu_diff(), bottom[0]->count(), Dtype());
    const Dtype* dy = top[0]->cpu_diff();
    for (int n = 0; n < top[0]->num(); ++n)
      for (int c = 0; c < top[0]->channels(); ++c) {
        Dtype sum = 0;
        for (int i = 0; i < top[0]->height(); ++i, dy += width) {
          const int from = bottom[0]->offset(n, c, i + param().crop_h(), param().crop_w());
          for (int j = 0; j < width; ++j) sum += bottom[0]->cpu_data()[from + j] * dy[j];
          if (!propagate_down[0]) continue;
          for (int j = 0; j < width; ++j) bottom[0]->mutable_cpu_diff()[from + j] = dy[j] * this->blobs_[0]->cpu_data()[c];
        }
        this->blobs_[0]->mutable_cpu_diff()[c] += sum;
      }
  }

 private:
  const ScaledCropParameter& param() const { return this->layer_param_.scaled_crop_param(); }
};

INSTANTIATE_CLASS(ScaledCropLayer);
REGISTER_LAYER_CLASS(ScaledCrop);

}  // namespace caffe
