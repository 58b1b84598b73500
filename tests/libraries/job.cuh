// What the programs of this folder share: a job of text lines, arrays of floats that come and go in files, and checks that say what failed.
#pragma once
#include <cudnn.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#define CUDA(call)                                                                              \
  if (const cudaError_t error = (call); error != cudaSuccess) {                                 \
    std::fprintf(stderr, "line %d: %s: %s\n", __LINE__, #call, cudaGetErrorString(error)); \
    std::exit(1);                                                                               \
  }
#define CUDNN(call)                                                                                \
  if (const cudnnStatus_t status = (call); status != CUDNN_STATUS_SUCCESS) {                       \
    std::fprintf(stderr, "line %d: %s: %s\n", __LINE__, #call, cudnnGetErrorString(status)); \
    std::exit(1);                                                                                  \
  }

// Device memory that holds what a file says, or nothing.
struct Buffer {
  float* data = nullptr;
  size_t count;
  explicit Buffer(size_t n) : count(n) { CUDA(cudaMalloc(&data, n ? n * sizeof(float) : 1)); }
  Buffer(std::istream& from, size_t n) : Buffer(n) {
    std::vector<float> values(n);
    from.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(n * sizeof(float)));
    CUDA(cudaMemcpy(data, values.data(), n * sizeof(float), cudaMemcpyHostToDevice));
  }
  Buffer(const Buffer&) = delete;
  ~Buffer() { cudaFree(data); }
  void write(std::ostream& to) const {
    std::vector<float> values(count);
    CUDA(cudaMemcpy(values.data(), data, count * sizeof(float), cudaMemcpyDeviceToHost));
    to.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
  }
};

// The result's memory: what the file says where beta lets it be read, else memory that nobody has written.
inline Buffer result(std::istream& from, size_t n, float beta) { return beta != 0.0f ? Buffer(from, n) : Buffer(n); }

struct Shape {
  int n, c, h, w;
  size_t elements() const { return static_cast<size_t>(n) * c * h * w; }
};
inline std::istream& operator>>(std::istream& in, Shape& s) { return in >> s.n >> s.c >> s.h >> s.w; }

struct Tensor {
  cudnnTensorDescriptor_t desc;
  explicit Tensor(const Shape& s) {
    CUDNN(cudnnCreateTensorDescriptor(&desc));
    CUDNN(cudnnSetTensor4dDescriptor(desc, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, s.n, s.c, s.h, s.w));
  }
  Tensor(const Tensor&) = delete;
  ~Tensor() { cudnnDestroyTensorDescriptor(desc); }
  operator cudnnTensorDescriptor_t() const { return desc; }
};

struct Filter {
  cudnnFilterDescriptor_t desc;
  explicit Filter(const Shape& s) {
    CUDNN(cudnnCreateFilterDescriptor(&desc));
    CUDNN(cudnnSetFilter4dDescriptor(desc, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, s.n, s.c, s.h, s.w));
  }
  Filter(const Filter&) = delete;
  ~Filter() { cudnnDestroyFilterDescriptor(desc); }
  operator cudnnFilterDescriptor_t() const { return desc; }
};

// A program's files by their names in argv: the job, the arrays that it takes, those that it gives. All work goes into one stream.
struct Job {
  std::ifstream lines, in;
  std::ofstream out;
  cudnnHandle_t handle;
  cudaStream_t stream;
  Job(int count, char** words) : lines(count == 4 ? words[1] : ""), in(count == 4 ? words[2] : ""), out(count == 4 ? words[3] : "") {
    if (!lines || !in || !out) std::exit(2);
    CUDA(cudaStreamCreate(&stream));
    CUDNN(cudnnCreate(&handle));
    CUDNN(cudnnSetStream(handle, stream));
  }
  void wait() const { CUDA(cudaStreamSynchronize(stream)); }
  ~Job() {
    cudnnDestroy(handle);
    cudaStreamDestroy(stream);
  }
};
