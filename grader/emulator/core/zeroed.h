// Bytes that are zero until they are written and cost nothing until then: threads' stacks, of which a kernel may ask for gigabytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace wg {

class Zeroed {
 public:
  void resize(size_t bytes) {
    data_.reset(static_cast<uint8_t*>(std::calloc(bytes ? bytes : 1, 1)));
    if (!data_) throw std::bad_alloc();
    size_ = bytes;
  }
  uint8_t* data() { return data_.get(); }
  const uint8_t* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(uint8_t* p) const { std::free(p); }
  };
  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
};

}  // namespace wg
