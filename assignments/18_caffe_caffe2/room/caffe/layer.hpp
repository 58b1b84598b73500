// caffe/layer.hpp: what a layer is. In the order in which a net calls it:
//
//   SetUp        once: CheckBlobCounts, LayerSetUp (parameters, blobs_), Reshape
//   Forward      Reshape, then Forward_cpu: in each pass, since the bottom may have another shape than last time
//   Backward     Backward_cpu, with the top's diff filled in. By Caffe's rules it
//                  - overwrites the diff of bottom[i] if propagate_down[i], all of it, and doesn't touch it otherwise;
//                  - adds to the diffs of blobs_, the layer's learnt parameters: the solver clears them, not the layer.
//
// Neither of the two changes the bottom's data, or the top's diff.
#pragma once
#include "caffe/blob.hpp"

namespace caffe {

// What the .prototxt says of a layer. In Caffe it is a message of protobuf; here, of this one layer.
class ScaledCropParameter {
 public:
  int crop_h() const { return crop_h_; }
  int crop_w() const { return crop_w_; }
  void set_crop_h(int value) { crop_h_ = value; }
  void set_crop_w(int value) { crop_w_ = value; }

 private:
  int crop_h_ = 0, crop_w_ = 0;
};

class LayerParameter {
 public:
  const string& name() const { return name_; }
  const string& type() const { return type_; }
  void set_name(const string& value) { name_ = value; }
  void set_type(const string& value) { type_ = value; }
  const ScaledCropParameter& scaled_crop_param() const { return scaled_crop_; }
  ScaledCropParameter* mutable_scaled_crop_param() { return &scaled_crop_; }

 private:
  string name_, type_;
  ScaledCropParameter scaled_crop_;
};

template <typename Dtype>
class Layer {
 public:
  explicit Layer(const LayerParameter& param) : layer_param_(param) {}
  virtual ~Layer() = default;

  void SetUp(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
    CheckBlobCounts(bottom, top);
    LayerSetUp(bottom, top);
    Reshape(bottom, top);
  }
  virtual void LayerSetUp(const vector<Blob<Dtype>*>&, const vector<Blob<Dtype>*>&) {}
  virtual void Reshape(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) = 0;

  void Forward(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) {
    Reshape(bottom, top);
    Forward_cpu(bottom, top);
  }
  void Backward(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down, const vector<Blob<Dtype>*>& bottom) {
    Backward_cpu(top, propagate_down, bottom);
  }

  vector<shared_ptr<Blob<Dtype>>>& blobs() { return blobs_; }
  const LayerParameter& layer_param() const { return layer_param_; }

  virtual const char* type() const { return ""; }
  virtual int ExactNumBottomBlobs() const { return -1; }
  virtual int ExactNumTopBlobs() const { return -1; }

 protected:
  virtual void Forward_cpu(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) = 0;
  virtual void Backward_cpu(const vector<Blob<Dtype>*>& top, const vector<bool>& propagate_down, const vector<Blob<Dtype>*>& bottom) = 0;

  LayerParameter layer_param_;
  vector<shared_ptr<Blob<Dtype>>> blobs_;  // learnt parameters

 private:
  void CheckBlobCounts(const vector<Blob<Dtype>*>& bottom, const vector<Blob<Dtype>*>& top) const {
    if (ExactNumBottomBlobs() >= 0) {
      CHECK_EQ(ExactNumBottomBlobs(), int(bottom.size())) << type() << " takes another number of bottoms";
    }
    if (ExactNumTopBlobs() >= 0) {
      CHECK_EQ(ExactNumTopBlobs(), int(top.size())) << type() << " makes another number of tops";
    }
  }

  DISABLE_COPY_AND_ASSIGN(Layer);
};

}  // namespace caffe
