// What the programs of this folder share: work of several streams, and of the host, that meets in memory. Cases look as in
// ../checkers/checkers.cuh; a line of host or device code that must be named ends in `// BUG: CODE | words of the message`, the other
// access of a race in `// OTHER`.
#pragma once
#include <unistd.h>

#include "../checkers/checkers.cuh"

struct Stream {
  cudaStream_t stream;
  explicit Stream(unsigned flags = cudaStreamNonBlocking) { CHECK(cudaStreamCreateWithFlags(&stream, flags)); }
  Stream(const Stream&) = delete;
  ~Stream() {
    cudaStreamSynchronize(stream);
    cudaStreamDestroy(stream);
  }
  operator cudaStream_t() const { return stream; }
};

struct Event {
  cudaEvent_t event;
  Event() { CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming)); }
  ~Event() { cudaEventDestroy(event); }
  operator cudaEvent_t() const { return event; }
};

template <class T>
struct Pinned {
  T* data = nullptr;
  explicit Pinned(size_t count, T value = T()) {
    CHECK(cudaMallocHost(&data, count * sizeof(T)));
    for (size_t i = 0; i < count; ++i) data[i] = value;
  }
  ~Pinned() { cudaFreeHost(data); }
  operator T*() const { return data; }
};

template <class T>
struct ManagedBuffer {
  T* data = nullptr;
  explicit ManagedBuffer(size_t count, T value = T()) {
    CHECK(cudaMallocManaged(&data, count * sizeof(T)));
    for (size_t i = 0; i < count; ++i) data[i] = value;
  }
  ~ManagedBuffer() {
    cudaDeviceSynchronize();
    cudaFree(data);
  }
  operator T*() const { return data; }
};

// Device memory that is zero, and known to be by every stream.
template <class T>
struct Zeroed : Buffer<T> {
  explicit Zeroed(size_t count) : Buffer<T>(count) { CHECK(cudaDeviceSynchronize()); }
};
