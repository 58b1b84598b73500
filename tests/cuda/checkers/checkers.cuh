// What the programs of this folder share. Each file holds the cases of one finding's code; a case is kernels and the host code that runs
// them:
//
//   STUDENT(name)  { … }   a fault modelled on a mistake that students make
//   POSITIVE(name) { … }   a fault that is easy to see
//   SUBTLE(name)   { … }   one that is not
//   CONTROL(name)  { … }   correct code that looks like one of them: no finding
//
// A line that must be named ends in `// BUG: CODE`, or in `// BUG: CODE | words of the message`. `// OTHER` marks the other access of a
// race. A misuse by host code names its line in the same way: `// HOST: CODE | words`. tests/cuda/corpus.py compiles every file in four forms:
// as it stands, with the kernels' bodies in inlined functions, with kernels that are templates, with the marked statements behind macros.
#pragma once
#include <string>

#include "../check.cuh"

struct Case {
  const char *variant, *name;
  void (*run)();
  Case* next;
};
inline Case* all_cases = nullptr;

struct Registered {
  Case self;
  Registered(const char* variant, const char* name, void (*run)()) : self{variant, name, run, all_cases} { all_cases = &self; }
};

constexpr const char* kVariant = "plain";  // each form of a file has its own, in its namespace

#define CASE(name)                                                                \
  static void name##_case();                                                      \
  static Registered name##_registered(kVariant, #name, name##_case); \
  static void name##_case()
#define STUDENT(name) CASE(name)
#define POSITIVE(name) CASE(name)
#define SUBTLE(name) CASE(name)
#define CONTROL(name) CASE(name)

// Device memory that is zero, unless it is to be left as it comes.
enum class Content { zero, none };

template <class T>
struct Buffer {
  T* data = nullptr;
  explicit Buffer(size_t count, Content content = Content::zero) {
    CHECK(cudaMalloc(&data, count * sizeof(T)));
    if (content == Content::zero) CHECK(cudaMemset(data, 0, count * sizeof(T)));
  }
  Buffer(const Buffer&) = delete;
  ~Buffer() {
    cudaDeviceSynchronize();
    cudaFree(data);
  }
  operator T*() const { return data; }
};

// prog VARIANT NAME…: runs these cases. Prints what the device says at the end.
int main(int count, char** words) {
  int ran = 0;
  for (int i = 2; i < count; i++)
    for (const Case* c = all_cases; c; c = c->next)
      if (std::string(c->variant) == words[1] && std::string(c->name) == words[i]) {
        c->run();
        ran++;
      }
  std::printf("%s\n", cudaGetErrorName(cudaDeviceSynchronize()));
  return ran == count - 2 ? 0 : 2;
}
