// caffe/blob.hpp: an array of up to 32 axes with two halves, data and diff (its gradient).
//
// Reshape keeps memory that is large enough: what a blob held before may still be there. Nobody clears it.
#pragma once
#include "caffe/common.hpp"

namespace caffe {

template <typename Dtype>
class Blob {
 public:
  Blob() = default;
  explicit Blob(const vector<int>& shape) { Reshape(shape); }
  Blob(int num, int channels, int height, int width) { Reshape(num, channels, height, width); }

  void Reshape(const vector<int>& shape) {
    CHECK_LE(shape.size(), size_t(32)) << "too many axes";
    size_t count = 1;
    for (int dimension : shape) {
      CHECK_GE(dimension, 0) << "a blob has no negative dimension";
      count *= size_t(dimension);
      CHECK_LE(count, size_t(1) << 26) << "so large a blob is a mistake here";
    }
    shape_ = shape;
    count_ = int(count);
    if (count > capacity_) {
      data_.assign(count + 2 * GUARD, Guard());
      diff_.assign(count + 2 * GUARD, Guard());
      capacity_ = count;
    }
  }
  void Reshape(int num, int channels, int height, int width) { Reshape(vector<int>{num, channels, height, width}); }
  void ReshapeLike(const Blob& other) { Reshape(other.shape()); }

  const vector<int>& shape() const { return shape_; }
  int shape(int axis) const { return shape_[CanonicalAxisIndex(axis)]; }
  int num_axes() const { return int(shape_.size()); }
  int count() const { return count_; }
  int count(int first, int last) const {
    CHECK_LE(0, first);
    CHECK_LE(first, last);
    CHECK_LE(last, num_axes());
    int product = 1;
    for (int axis = first; axis < last; ++axis) product *= shape_[size_t(axis)];
    return product;
  }
  int count(int first) const { return count(first, num_axes()); }
  size_t CanonicalAxisIndex(int axis) const {
    CHECK_GE(axis, -num_axes()) << "the blob has " << num_axes() << " axes";
    CHECK_LT(axis, num_axes()) << "the blob has " << num_axes() << " axes";
    return size_t(axis < 0 ? axis + num_axes() : axis);
  }
  string shape_string() const {
    std::ostringstream words;
    for (int dimension : shape_) words << dimension << ' ';
    words << '(' << count_ << ')';
    return words.str();
  }

  // The four axes of images, as Caffe's older layers name them.
  int num() const { return shape(0); }
  int channels() const { return shape(1); }
  int height() const { return shape(2); }
  int width() const { return shape(3); }
  int offset(int n, int c = 0, int h = 0, int w = 0) const {
    CHECK_EQ(num_axes(), 4);
    return ((n * channels() + c) * height() + h) * width() + w;
  }

  const Dtype* cpu_data() const { return data_.data() + GUARD; }
  const Dtype* cpu_diff() const { return diff_.data() + GUARD; }
  Dtype* mutable_cpu_data() { return data_.data() + GUARD; }
  Dtype* mutable_cpu_diff() { return diff_.data() + GUARD; }
  Dtype data_at(int n, int c, int h, int w) const { return cpu_data()[offset(n, c, h, w)]; }
  Dtype diff_at(int n, int c, int h, int w) const { return cpu_diff()[offset(n, c, h, w)]; }

  // Ours, not Caffe's: whether nothing was written just before or behind the memory.
  bool ck_guards_intact() const { return intact(data_) && intact(diff_); }

 private:
  static constexpr size_t GUARD = 4096;
  static Dtype Guard() { return Dtype(-123456.789); }
  bool intact(const vector<Dtype>& memory) const {
    for (size_t i = 0; i < memory.size(); i = i + 1 == GUARD ? GUARD + capacity_ : i + 1)
      if (std::memcmp(&memory[i], &guard_, sizeof(Dtype)) != 0) return false;
    return true;
  }

  vector<Dtype> data_, diff_;  // with a guard at either end
  const Dtype guard_ = Guard();
  size_t capacity_ = 0;
  vector<int> shape_;
  int count_ = 0;

  DISABLE_COPY_AND_ASSIGN(Blob);
};

}  // namespace caffe
