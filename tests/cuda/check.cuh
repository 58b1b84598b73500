// Self-checking CUDA programs: each prints PASS and exits with 0, or says on stderr what was wrong and exits with 1. They run unchanged on
// a real GPU.
#pragma once
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#define CHECK(call)                                                                                        \
  do {                                                                                                     \
    const cudaError_t check_error = (call);                                                                \
    if (check_error != cudaSuccess) {                                                                      \
      std::fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(check_error)); \
      std::exit(1);                                                                                        \
    }                                                                                                      \
  } while (0)

#define EXPECT(condition)                                                          \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                                                \
    }                                                                              \
  } while (0)

#define EXPECT_ERROR(call, wanted)                                                                                                \
  do {                                                                                                                            \
    const cudaError_t expect_error = (call);                                                                                      \
    if (expect_error != (wanted)) {                                                                                               \
      std::fprintf(stderr, "%s:%d: %s: got %s, wanted %s\n", __FILE__, __LINE__, #call, cudaGetErrorName(expect_error), #wanted); \
      std::exit(1);                                                                                                               \
    }                                                                                                                             \
  } while (0)

inline int pass() {
  std::puts("PASS");
  return 0;
}
