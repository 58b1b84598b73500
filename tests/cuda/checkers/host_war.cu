// Host code overwrites what a copy or a kernel has yet to read.
#include "checkers.cuh"

template <class T>
struct Pinned {
  T* data = nullptr;
  explicit Pinned(size_t count) {
    CHECK(cudaMallocHost(&data, count * sizeof(T)));
    for (size_t i = 0; i < count; i++) data[i] = T(1);
  }
  ~Pinned() {
    cudaDeviceSynchronize();
    cudaFreeHost(data);
  }
};

STUDENT(staging_buffer_reused_too_early) {
  Buffer<float> x(1024), y(1024);
  Pinned<float> host(1024);
  CHECK(cudaMemcpyAsync(x, host.data, 4096, cudaMemcpyHostToDevice, 0));
  host.data[9] = 2;  // HOST: HOST_WAR
  CHECK(cudaMemcpyAsync(y, host.data, 4096, cudaMemcpyHostToDevice, 0));
}

SUBTLE(two_buffers_in_turn_but_three_rounds) {
  Buffer<float> x(3 * 1024);
  Pinned<float> first(1024), second(1024);
  for (int round = 0; round < 3; round++) {
    float* host = round % 2 ? second.data : first.data;
    host[0] = float(round);  // HOST: HOST_WAR
    CHECK(cudaMemcpyAsync(x + round * 1024, host, 4096, cudaMemcpyHostToDevice, 0));
  }
}

SUBTLE(read_from_a_file_into_it) {
  Buffer<float> x(16384);
  Pinned<float> host(16384);
  std::FILE* zeros = std::fopen("/dev/zero", "rb");
  CHECK(cudaMemcpyAsync(x, host.data, 65536, cudaMemcpyHostToDevice, 0));
  EXPECT(std::fread(host.data, 1, 65536, zeros) == 65536);  // HOST: HOST_WAR
  std::fclose(zeros);
}

CONTROL(reused_after_the_stream) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  for (int round = 0; round < 3; round++) {
    host.data[0] = float(round);
    CHECK(cudaMemcpyAsync(x, host.data, 4096, cudaMemcpyHostToDevice, 0));
    CHECK(cudaStreamSynchronize(0));
  }
}

CONTROL(two_buffers_with_events) {
  Buffer<float> x(4 * 1024);
  Pinned<float> first(1024), second(1024);
  cudaEvent_t free[2];
  for (auto& each : free) CHECK(cudaEventCreate(&each));
  for (int round = 0; round < 4; round++) {
    float* host = round % 2 ? second.data : first.data;
    CHECK(cudaEventSynchronize(free[round % 2]));
    host[0] = float(round);
    CHECK(cudaMemcpyAsync(x + round * 1024, host, 4096, cudaMemcpyHostToDevice, 0));
    CHECK(cudaEventRecord(free[round % 2], 0));
  }
  for (auto& each : free) CHECK(cudaEventDestroy(each));
}

CONTROL(pageable_memory_is_copied_at_once) {
  Buffer<float> x(1024);
  static float host[1024];
  CHECK(cudaMemcpyAsync(x, host, 4096, cudaMemcpyHostToDevice, 0));
  host[9] = 2;
}

CONTROL(reading_what_is_uploaded) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  CHECK(cudaMemcpyAsync(x, host.data, 4096, cudaMemcpyHostToDevice, 0));
  EXPECT(host.data[9] == 1);
}
