// Written for this course in the manner of Caffe: the mean of each channel of each image, N x C x H x W -> N x C.
#include "caffe/layers/channel_mean_layer.hpp"
#include "caffe/util/math_functions.hpp"

namespace caffe {

template <typename Dtype>
void ChannelMeanLayer<Dtype>::LayerSetUp(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
  CHECK_EQ(bottom[0]->num_axes(), 4) << "images have four axes";
  weights_.Reshape(vector<int>{bottom[0]->count(2)});
  caffe_set(weights_.count(), Dtype(1) / weights_.count(), weights_.mutable_cpu_data());
}

template <typename Dtype>
void ChannelMeanLayer<Dtype>::Reshape(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
  planes_ = bottom[0]->count(0, 2);
  top[0]->Reshape(vector<int>{bottom[0]->num(), bottom[0]->channels()});
}

template <typename Dtype>
void ChannelMeanLayer<Dtype>::Forward_cpu(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
  // top = bottom (planes x size) times the weights (size)
  caffe_cpu_gemv<Dtype>(CblasNoTrans, planes_, weights_.count(), Dtype(1), bottom[0]->cpu_data(), weights_.cpu_data(), Dtype(0),
                        top[0]->mutable_cpu_data());
}

template <typename Dtype>
void ChannelMeanLayer<Dtype>::Backward_cpu(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down,
                                           const vector<Blob<Dtype>*>& bottom) {
  if (!propagate_down[0]) return;
  const Dtype* top_diff = top[0]->cpu_diff();
  Dtype* bottom_diff = bottom[0]->mutable_cpu_diff();
  const int size = bottom[0]->count(2);
  for (int plane = 0; plane < planes_; ++plane) {
    caffe_set(size, top_diff[plane] / size, bottom_diff + plane * size);
  }
}

INSTANTIATE_CLASS(ChannelMeanLayer);
REGISTER_LAYER_CLASS(ChannelMean);

}  // namespace caffe
