// caffe/common.hpp: CHECK and the macros that Caffe's layers use. A layer runtime of this course, with Caffe's names and rules.
//
// A CHECK that fails throws caffe::CheckFailed, which the driver tells with file and line; in Caffe it ends the program (glog).
#pragma once
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace caffe {

using std::map;
using std::shared_ptr;
using std::string;
using std::vector;

struct CheckFailed : std::runtime_error {
  CheckFailed(const string& message, const char* f, int l) : std::runtime_error(message), file(f), line(l) {}
  string file;
  int line;
};

// What stands behind CHECK(...) << "words": collects them, and throws at the end of the statement.
class CheckMessage {
 public:
  CheckMessage(const string& what, const char* file, int line) : file_(file), line_(line) { words_ << "Check failed: " << what << ' '; }
  ~CheckMessage() noexcept(false) { throw CheckFailed(words_.str(), file_, line_); }
  template <typename T>
  CheckMessage& operator<<(const T& word) {
    words_ << word;
    return *this;
  }

 private:
  std::ostringstream words_;
  const char* file_;
  int line_;
};

template <typename A, typename B>
string compared(const char* text, const A& a, const B& b) {
  std::ostringstream words;
  words << text << " (" << a << " vs. " << b << ")";
  return words.str();
}

}  // namespace caffe

#define CHECK(condition) \
  if (condition) {       \
  } else                 \
    ::caffe::CheckMessage(#condition, __FILE__, __LINE__)
#define CK_CHECK_OP(a, b, op) \
  if ((a)op(b)) {             \
  } else                      \
    ::caffe::CheckMessage(::caffe::compared(#a " " #op " " #b, (a), (b)), __FILE__, __LINE__)
#define CHECK_EQ(a, b) CK_CHECK_OP(a, b, ==)
#define CHECK_NE(a, b) CK_CHECK_OP(a, b, !=)
#define CHECK_LE(a, b) CK_CHECK_OP(a, b, <=)
#define CHECK_LT(a, b) CK_CHECK_OP(a, b, <)
#define CHECK_GE(a, b) CK_CHECK_OP(a, b, >=)
#define CHECK_GT(a, b) CK_CHECK_OP(a, b, >)

#define DISABLE_COPY_AND_ASSIGN(classname) \
 private:                                  \
  classname(const classname&) = delete;    \
  classname& operator=(const classname&) = delete

#define INSTANTIATE_CLASS(classname) \
  template class classname<float>;   \
  template class classname<double>
