// Host code reads what a copy or a kernel has not finished yet.
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

STUDENT(result_read_before_the_copy_ended) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  if (host.data[5] > 2) std::puts("wrong");  // HOST: HOST_RACE
}

__global__ void fill(float* x) { x[threadIdx.x] = 2; }

STUDENT(managed_memory_read_before_the_kernel_ended) {
  float* x;
  CHECK(cudaMallocManaged(&x, 128));
  fill<<<1, 32>>>(x);
  if (x[3] > 5) std::puts("wrong");  // HOST: HOST_RACE
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaFree(x));
}

SUBTLE(written_to_a_file_before_the_copy_ended) {
  Buffer<float> x(16384);
  Pinned<float> host(16384);
  std::FILE* out = std::fopen("/dev/null", "wb");
  CHECK(cudaMemcpyAsync(host.data, x, 65536, cudaMemcpyDeviceToHost, 0));
  std::fwrite(host.data, 1, 65536, out);  // HOST: HOST_RACE
  std::fclose(out);
}

SUBTLE(another_stream_was_waited_for) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  cudaStream_t a, b;
  CHECK(cudaStreamCreate(&a));
  CHECK(cudaStreamCreate(&b));
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, a));
  CHECK(cudaStreamSynchronize(b));
  if (host.data[7] > 2) std::puts("wrong");  // HOST: HOST_RACE
  CHECK(cudaStreamDestroy(a));
  CHECK(cudaStreamDestroy(b));
}

CONTROL(after_the_stream) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  CHECK(cudaStreamSynchronize(0));
  EXPECT(host.data[5] == 0);
}

CONTROL(after_an_event) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  cudaEvent_t done;
  CHECK(cudaEventCreate(&done));
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  CHECK(cudaEventRecord(done, 0));
  CHECK(cudaEventSynchronize(done));
  EXPECT(host.data[5] == 0);
  CHECK(cudaEventDestroy(done));
}

CONTROL(pageable_memory_waits_by_itself) {
  Buffer<float> x(1024);
  static float host[1024];
  CHECK(cudaMemcpyAsync(host, x, 4096, cudaMemcpyDeviceToHost, 0));
  EXPECT(host[5] == 0);
}

CONTROL(the_other_half) {
  Buffer<float> x(4096);
  Pinned<float> host(8192);
  CHECK(cudaMemcpyAsync(host.data, x, 16384, cudaMemcpyDeviceToHost, 0));
  EXPECT(host.data[4096] == 1);
}
