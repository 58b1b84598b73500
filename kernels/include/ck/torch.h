// ck/torch.h: the part of PyTorch's C++ interface that the CUDA side of an operator needs, so that one .cu file is compiled in two places.
//
//   With PyTorch      (TORCH_EXTENSION_NAME or CK_WITH_TORCH is defined, as torch.utils.cpp_extension does) it includes PyTorch's own
//                     headers and declares nothing of its own.
//   Without PyTorch   nvcc compiles the same file for the emulated GPU, or for a card on a machine without a PyTorch that knows CUDA. Then
//                     this file declares the names below, in PyTorch's namespaces and with PyTorch's meaning.
//
// What there is without PyTorch, and no more:
//   at::Tensor            data_ptr<T>(), const_data_ptr<T>(), mutable_data_ptr<T>(), numel(), dim(), size(i), stride(i), sizes(),
//   strides(),
//                         is_contiguous(), scalar_type(), element_size(), is_cuda(), defined(). A view: it owns nothing and up to 8
//                         dimensions.
//   c10::IntArrayRef      what sizes() and strides() return
//   at::kFloat, kDouble, kHalf, kBFloat16; c10::Half and c10::BFloat16, which convert to and from float on host and device
//   at::opmath_type<T>    the type to compute in: float for Half and BFloat16, else T
//   at::cuda::getCurrentCUDAStream()
//   TORCH_CHECK, C10_CUDA_CHECK, C10_CUDA_KERNEL_LAUNCH_CHECK, AT_DISPATCH_FLOATING_TYPES, AT_DISPATCH_FLOATING_TYPES_AND2
//
// Tensors can't be made here: a launcher gets its results from its caller. A failed check throws c10::Error, as in PyTorch.
#pragma once

#if defined(TORCH_EXTENSION_NAME) || defined(CK_WITH_TORCH)

#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>

#else

#define CK_EMULATED_TORCH 1

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace c10 {

// What TORCH_CHECK throws. `code` is CUDA's error where one is the cause.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, cudaError_t code = cudaErrorInvalidValue) : std::runtime_error(what), code(code) {}
  cudaError_t code;
};

namespace detail {

template <typename... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream all;
  (void)std::initializer_list<int>{0, (all << parts, 0)...};
  return all.str();
}

inline void check(cudaError_t code, const char* call) {
  if (code != cudaSuccess) throw Error(text("CUDA error: ", cudaGetErrorString(code), " in ", call), code);
}

}  // namespace detail

// 16 bits of storage; arithmetic is float's, and a conversion back rounds once.
struct alignas(2) Half {
  __half bits;
  Half() = default;
  __host__ __device__ Half(float value) : bits(__float2half(value)) {}
  __host__ __device__ operator float() const { return __half2float(bits); }
};

struct alignas(2) BFloat16 {
  __nv_bfloat16 bits;
  BFloat16() = default;
  __host__ __device__ BFloat16(float value) : bits(__float2bfloat16(value)) {}
  __host__ __device__ operator float() const { return __bfloat162float(bits); }
};

enum class ScalarType : int8_t { Half = 5, Float = 6, Double = 7, BFloat16 = 15 };  // PyTorch's numbers

inline const char* toString(ScalarType type) {
  switch (type) {
    case ScalarType::Half: return "Half";
    case ScalarType::Float: return "Float";
    case ScalarType::Double: return "Double";
    case ScalarType::BFloat16: return "BFloat16";
  }
  return "?";
}

inline std::ostream& operator<<(std::ostream& out, ScalarType type) { return out << toString(type); }

namespace detail {

template <ScalarType>
struct TypeOf;
template <>
struct TypeOf<ScalarType::Half> {
  using type = Half;
};
template <>
struct TypeOf<ScalarType::Float> {
  using type = float;
};
template <>
struct TypeOf<ScalarType::Double> {
  using type = double;
};
template <>
struct TypeOf<ScalarType::BFloat16> {
  using type = BFloat16;
};

}  // namespace detail

template <typename T>
struct CppTypeToScalarType;
template <>
struct CppTypeToScalarType<Half> {
  static constexpr ScalarType value = ScalarType::Half;
};
template <>
struct CppTypeToScalarType<float> {
  static constexpr ScalarType value = ScalarType::Float;
};
template <>
struct CppTypeToScalarType<double> {
  static constexpr ScalarType value = ScalarType::Double;
};
template <>
struct CppTypeToScalarType<BFloat16> {
  static constexpr ScalarType value = ScalarType::BFloat16;
};

// A list of numbers that somebody else owns.
class IntArrayRef {
 public:
  IntArrayRef(const int64_t* data, size_t size) : data_(data), size_(size) {}
  const int64_t* data() const { return data_; }
  const int64_t* begin() const { return data_; }
  const int64_t* end() const { return data_ + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const int64_t& operator[](size_t i) const { return data_[i]; }
  bool equals(IntArrayRef other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i)
      if (data_[i] != other.data_[i]) return false;
    return true;
  }

 private:
  const int64_t* data_;
  size_t size_;
};

inline bool operator==(IntArrayRef a, IntArrayRef b) { return a.equals(b); }
inline bool operator!=(IntArrayRef a, IntArrayRef b) { return !a.equals(b); }

inline std::ostream& operator<<(std::ostream& out, IntArrayRef list) {
  out << "[";
  for (size_t i = 0; i < list.size(); ++i) out << (i ? ", " : "") << list[i];
  return out << "]";
}

namespace cuda {

class CUDAStream {
 public:
  explicit CUDAStream(cudaStream_t stream) : stream_(stream) {}
  cudaStream_t stream() const { return stream_; }
  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_;
};

namespace detail {

inline cudaStream_t& current() {
  static thread_local cudaStream_t stream = nullptr;  // PyTorch's begins as the default stream, too
  return stream;
}

}  // namespace detail

inline CUDAStream getCurrentCUDAStream() { return CUDAStream(detail::current()); }

}  // namespace cuda
}  // namespace c10

#define TORCH_CHECK(condition, ...)                                                                                   \
  do {                                                                                                                \
    if (!(condition)) throw ::c10::Error(::c10::detail::text("Expected " #condition " to be true. ", ##__VA_ARGS__)); \
  } while (0)
#define C10_CUDA_CHECK(call) ::c10::detail::check((call), #call)
#define C10_CUDA_KERNEL_LAUNCH_CHECK() C10_CUDA_CHECK(cudaGetLastError())

namespace at {

using c10::BFloat16;
using c10::Half;
using c10::IntArrayRef;
using c10::ScalarType;
constexpr ScalarType kHalf = ScalarType::Half, kFloat = ScalarType::Float, kDouble = ScalarType::Double, kBFloat16 = ScalarType::BFloat16;

template <typename T>
struct OpMathType {
  using type = T;
};
template <>
struct OpMathType<Half> {
  using type = float;
};
template <>
struct OpMathType<BFloat16> {
  using type = float;
};
template <typename T>
using opmath_type = typename OpMathType<T>::type;

namespace cuda {
using c10::cuda::CUDAStream;
using c10::cuda::getCurrentCUDAStream;
}  // namespace cuda

// Device memory with a type, sizes and strides (in numbers, not bytes).
class Tensor {
 public:
  static constexpr int MAX_DIMS = 8;

  Tensor() = default;
  Tensor(void* data, ScalarType type, int dims, const int64_t* sizes, const int64_t* strides) : data_(data), type_(type), dims_(dims) {
    TORCH_CHECK(dims >= 0 && dims <= MAX_DIMS, "a tensor of ck/torch.h has at most 8 dimensions");
    for (int i = 0; i < dims; ++i) sizes_[i] = sizes[i], strides_[i] = strides[i];
    defined_ = true;
  }

  int64_t dim() const { return dims_; }
  int64_t size(int64_t i) const { return sizes_[place(i)]; }
  int64_t stride(int64_t i) const { return strides_[place(i)]; }
  IntArrayRef sizes() const { return IntArrayRef(sizes_, dims_); }
  IntArrayRef strides() const { return IntArrayRef(strides_, dims_); }
  ScalarType scalar_type() const { return type_; }
  bool defined() const { return defined_; }
  bool is_cuda() const { return true; }

  int64_t numel() const {
    int64_t count = 1;
    for (int i = 0; i < dims_; ++i) count *= sizes_[i];
    return count;
  }

  int64_t element_size() const { return type_ == kDouble ? 8 : type_ == kFloat ? 4 : 2; }

  // The last index varies fastest and nothing lies between; strides of dimensions with one element don't matter.
  bool is_contiguous() const {
    int64_t stride = 1;
    if (numel() == 0) return true;
    for (int i = dims_ - 1; i >= 0; --i) {
      if (sizes_[i] != 1 && strides_[i] != stride) return false;
      stride *= sizes_[i];
    }
    return true;
  }

  template <typename T>
  T* mutable_data_ptr() const {
    TORCH_CHECK(c10::CppTypeToScalarType<T>::value == type_, "expected scalar type ", c10::CppTypeToScalarType<T>::value, " but found ",
                type_);
    return static_cast<T*>(data_);
  }
  template <typename T>
  const T* const_data_ptr() const {
    return mutable_data_ptr<T>();
  }
  template <typename T>
  T* data_ptr() const {
    return mutable_data_ptr<T>();
  }

 private:
  int64_t place(int64_t i) const {
    TORCH_CHECK(i >= -dims_ && i < dims_, "Dimension out of range: ", i, " of ", dims_);
    return i < 0 ? i + dims_ : i;
  }

  void* data_ = nullptr;
  ScalarType type_ = kFloat;
  int dims_ = 0;
  bool defined_ = false;
  int64_t sizes_[MAX_DIMS] = {}, strides_[MAX_DIMS] = {};
};

}  // namespace at

// AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "name", [&] { … scalar_t … }): the function is compiled for each type and called for x's.
#define CK_DISPATCH_CASE(TYPE, ...)                       \
  case (TYPE): {                                          \
    using scalar_t = ::c10::detail::TypeOf<(TYPE)>::type; \
    return __VA_ARGS__();                                 \
  }
#define AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, ...)                                                            \
  [&] {                                                                                                        \
    const ::c10::ScalarType ck_type_ = (TYPE);                                                                 \
    switch (ck_type_) {                                                                                        \
      CK_DISPATCH_CASE(::at::kDouble, __VA_ARGS__)                                                             \
      CK_DISPATCH_CASE(::at::kFloat, __VA_ARGS__)                                                              \
      default: throw ::c10::Error(::c10::detail::text("\"", NAME, "\" not implemented for '", ck_type_, "'")); \
    }                                                                                                          \
  }()
#define AT_DISPATCH_FLOATING_TYPES_AND2(SECOND, THIRD, TYPE, NAME, ...)                                        \
  [&] {                                                                                                        \
    const ::c10::ScalarType ck_type_ = (TYPE);                                                                 \
    switch (ck_type_) {                                                                                        \
      CK_DISPATCH_CASE(::at::kDouble, __VA_ARGS__)                                                             \
      CK_DISPATCH_CASE(::at::kFloat, __VA_ARGS__)                                                              \
      CK_DISPATCH_CASE(SECOND, __VA_ARGS__)                                                                    \
      CK_DISPATCH_CASE(THIRD, __VA_ARGS__)                                                                     \
      default: throw ::c10::Error(::c10::detail::text("\"", NAME, "\" not implemented for '", ck_type_, "'")); \
    }                                                                                                          \
  }()

#endif
