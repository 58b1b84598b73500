// caffe/layer_factory.hpp: REGISTER_LAYER_CLASS(ScaledCrop) makes layers of type "ScaledCrop" objects of ScaledCropLayer<Dtype>.
#pragma once
#include "caffe/layer.hpp"

namespace caffe {

template <typename Dtype>
class LayerRegistry {
 public:
  using Creator = shared_ptr<Layer<Dtype>> (*)(const LayerParameter&);

  static map<string, Creator>& Registry() {
    static map<string, Creator> registry;
    return registry;
  }
  static void AddCreator(const string& type, Creator creator) {
    CHECK_EQ(Registry().count(type), size_t(0)) << "layer type " << type << " is registered twice";
    Registry()[type] = creator;
  }
  static shared_ptr<Layer<Dtype>> CreateLayer(const LayerParameter& param) {
    const auto found = Registry().find(param.type());
    CHECK(found != Registry().end()) << "unknown layer type: " << param.type() << "; REGISTER_LAYER_CLASS tells of one";
    return found->second(param);
  }
};

template <typename Dtype>
struct LayerRegisterer {
  LayerRegisterer(const string& type, typename LayerRegistry<Dtype>::Creator creator) { LayerRegistry<Dtype>::AddCreator(type, creator); }
};

}  // namespace caffe

#define REGISTER_LAYER_CREATOR(type, creator)                                           \
  static ::caffe::LayerRegisterer<float> g_creator_f_##type(#type, creator<float>);     \
  static ::caffe::LayerRegisterer<double> g_creator_d_##type(#type, creator<double>)

#define REGISTER_LAYER_CLASS(type)                                                      \
  template <typename Dtype>                                                             \
  ::caffe::shared_ptr<::caffe::Layer<Dtype>> Creator_##type##Layer(const ::caffe::LayerParameter& param) { \
    return ::caffe::shared_ptr<::caffe::Layer<Dtype>>(new type##Layer<Dtype>(param));   \
  }                                                                                     \
  REGISTER_LAYER_CREATOR(type, Creator_##type##Layer)
