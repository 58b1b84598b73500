// drive_layer.cpp: takes layer.cpp through the life of a layer in a net, and writes down what comes of it. It knows no right answers.
//
//   drive_layer float|double      reads /task/plan.txt, /task/scale.npy, /task/old_dscale.npy and for each step k /task/x<k>.npy,
//                                 dy<k>.npy, old_dx<k>.npy; writes /out/start/, /out/step<k>/, /out/frozen/
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>

#include "caffe/layer_factory.hpp"
#include "npy.hpp"

namespace {

using caffe::Blob;
using caffe::Layer;
using std::string;
using std::vector;

const string TASK = std::getenv("CK_TASK") ? std::getenv("CK_TASK") : "/task";
const string OUT = std::getenv("CK_OUT") ? std::getenv("CK_OUT") : "/out";

string quoted(const string& text) {
  string made = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c < 0x20 ? ' ' : c;
  }
  return made + "\"";
}

void write_text(const string& name, const string& text) { std::ofstream(OUT + "/" + name) << text; }

void told(const string& part, const string& message, const string& file, int line) {
  write_text(part + ".error.json", "{\"verdict\": \"EXCEPTION\", \"message\": " + quoted(message) + ", \"file\": " +
                                       (file.empty() ? "null" : quoted(file)) + ", \"line\": " + std::to_string(line) + "}");
}

// What goes wrong inside is this part's error, and the next part goes on.
void part(const string& name, const std::function<void()>& body) {
  ::mkdir((OUT + "/" + name).c_str(), 0755);
  try {
    body();
  } catch (const caffe::CheckFailed& failed) {
    told(name, failed.what(), failed.file.substr(failed.file.rfind('/') + 1), failed.line);
  } catch (const std::exception& error) {
    told(name, error.what(), "layer.cpp", 0);
  }
}

template <typename T>
class Drive {
 public:
  void run() {
    std::ifstream plan(TASK + "/plan.txt");
    string word;
    int crop_h = 0, crop_w = 0, steps = 0;
    plan >> word >> crop_h >> word >> crop_w >> word >> steps;
    param_.set_name("crop");
    param_.set_type("ScaledCrop");
    param_.mutable_scaled_crop_param()->set_crop_h(crop_h);
    param_.mutable_scaled_crop_param()->set_crop_w(crop_w);
    part("start", [&] { start(); });
    for (int k = 0; k < steps; ++k) {
      const string name = "step" + std::to_string(k);
      part(name, [&] { pass(name, std::to_string(k), true); });
    }
    part("frozen", [&] { pass("frozen", "0", false); });
  }

 private:
  void start() {
    bottom_.Reshape(load("x0").shape);
    layer_ = caffe::LayerRegistry<T>::CreateLayer(param_);
    layer_->SetUp({&bottom_}, {&top_});
    write_shape("start/shape", top_.shape());
    const size_t blobs = layer_->blobs().size();
    if (blobs != 1) throw std::runtime_error("the layer has " + std::to_string(blobs) + " blobs; it should have one, the scale");
    const Blob<T>& scale = *layer_->blobs()[0];
    npy::save(OUT + "/start/scale.npy", scale.shape(), scale.cpu_data(), size_t(scale.count()));
  }

  // A pass forward and backward over a bottom of the step's shape.
  void pass(const string& name, const string& k, bool propagate_down) {
    if (!layer_ || layer_->blobs().size() != 1) throw std::runtime_error("the layer couldn't be set up");
    const npy::Array<T> x = load("x" + k), dy = load("dy" + k), old_dx = load("old_dx" + k);
    bottom_.Reshape(x.shape);
    put(x, bottom_, bottom_.mutable_cpu_data());
    put(load("scale"), *layer_->blobs()[0], layer_->blobs()[0]->mutable_cpu_data());
    layer_->Reshape({&bottom_}, {&top_});
    write_shape(name + "/shape", top_.shape());
    if (top_.shape() != dy.shape) return;  // a gradient of another shape makes no sense
    for (int i = 0; i < top_.count(); ++i) top_.mutable_cpu_data()[i] = std::numeric_limits<T>::quiet_NaN();  // whatever was there
    layer_->Forward({&bottom_}, {&top_});
    save(name + "/y", top_, top_.cpu_data());
    save(name + "/x_after_forward", bottom_, bottom_.cpu_data());
    put(dy, top_, top_.mutable_cpu_diff());
    put(old_dx, bottom_, bottom_.mutable_cpu_diff());
    put(load("old_dscale"), *layer_->blobs()[0], layer_->blobs()[0]->mutable_cpu_diff());
    layer_->Backward({&top_}, {propagate_down}, {&bottom_});
    save(name + "/dx", bottom_, bottom_.cpu_diff());
    save(name + "/dscale", *layer_->blobs()[0], layer_->blobs()[0]->cpu_diff());
    save(name + "/x_after", bottom_, bottom_.cpu_data());
    save(name + "/dy_after", top_, top_.cpu_diff());
    const bool intact = bottom_.ck_guards_intact() && top_.ck_guards_intact() && layer_->blobs()[0]->ck_guards_intact();
    write_text(name + "/intact.json", intact ? "true" : "false");
  }

  npy::Array<T> load(const string& name) const { return npy::load<T>(TASK + "/" + name + ".npy"); }
  void put(const npy::Array<T>& from, const Blob<T>& blob, T* to) const {
    if (size_t(blob.count()) != from.values.size()) {
      throw std::runtime_error("a blob has the shape " + blob.shape_string() + " where another one was expected");
    }
    std::copy(from.values.begin(), from.values.end(), to);
  }
  void save(const string& name, const Blob<T>& blob, const T* values) const {
    npy::save(OUT + "/" + name + ".npy", blob.shape(), values, size_t(blob.count()));
  }
  void write_shape(const string& name, const vector<int>& shape) const {
    string words;
    for (int dimension : shape) words += (words.empty() ? "" : ", ") + std::to_string(dimension);
    write_text(name + ".json", "[" + words + "]");
  }

  caffe::LayerParameter param_;
  caffe::shared_ptr<Layer<T>> layer_;
  Blob<T> bottom_, top_;
};

}  // namespace

int main(int count, char** words) {
  if (count > 1 && string(words[1]) == "double") {
    Drive<double>().run();
  } else {
    Drive<float>().run();
  }
  return 0;
}
