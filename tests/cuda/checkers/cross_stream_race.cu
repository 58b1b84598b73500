// Work in different streams meets in memory, with no event or synchronisation between.
#include "checkers.cuh"

struct Streams {
  cudaStream_t a, b;
  explicit Streams(unsigned flags = cudaStreamNonBlocking) {
    CHECK(cudaDeviceSynchronize());  // what a Buffer starts with is set in the default stream, which non-blocking streams don't wait for
    CHECK(cudaStreamCreateWithFlags(&a, flags));
    CHECK(cudaStreamCreateWithFlags(&b, flags));
  }
  ~Streams() {
    cudaDeviceSynchronize();
    cudaStreamDestroy(a);
    cudaStreamDestroy(b);
  }
};

__global__ void produce(float* x) {
  x[threadIdx.x] = 1;  // OTHER
}
__global__ void consume(const float* x, float* y) {
  y[threadIdx.x] = x[threadIdx.x];  // BUG: CROSS_STREAM_RACE
}

POSITIVE(producer_and_consumer) {
  Buffer<float> x(32), y(32);
  Streams s;
  produce<<<1, 32, 0, s.a>>>(x);
  consume<<<1, 32, 0, s.b>>>(x, y);
}

__global__ void increment(float* x) {
  x[threadIdx.x] += 1;  // BUG: CROSS_STREAM_RACE
}

STUDENT(upload_in_one_stream_kernel_in_another) {
  Buffer<float> x(1024);
  float* host;
  CHECK(cudaMallocHost(&host, 4096));
  for (int i = 0; i < 1024; i++) host[i] = 1;
  {
    Streams s;
    CHECK(cudaMemcpyAsync(x, host, 4096, cudaMemcpyHostToDevice, s.a));  // OTHER
    increment<<<1, 1024, 0, s.b>>>(x);
  }
  CHECK(cudaFreeHost(host));
}

__global__ void produce_late(float* x) {
  x[threadIdx.x] = 2;  // OTHER
}
__global__ void consume_early(const float* x, float* y) {
  y[threadIdx.x] = x[threadIdx.x];  // BUG: CROSS_STREAM_RACE
}

SUBTLE(the_event_is_recorded_too_early) {
  Buffer<float> x(32), y(32);
  cudaEvent_t ready;
  CHECK(cudaEventCreate(&ready));
  {
    Streams s;
    CHECK(cudaEventRecord(ready, s.a));
    produce_late<<<1, 32, 0, s.a>>>(x);
    CHECK(cudaStreamWaitEvent(s.b, ready, 0));
    consume_early<<<1, 32, 0, s.b>>>(x, y);
  }
  CHECK(cudaEventDestroy(ready));
}

__global__ void in_default(float* x) {
  x[threadIdx.x] = 3;  // OTHER
}
__global__ void in_own(const float* x, float* y) {
  y[threadIdx.x] = x[threadIdx.x];  // BUG: CROSS_STREAM_RACE
}

SUBTLE(the_default_stream_orders_no_non_blocking_one) {
  Buffer<float> x(32), y(32);
  Streams s;
  in_default<<<1, 32>>>(x);
  in_own<<<1, 32, 0, s.a>>>(x, y);
}

__global__ void write_half(float* x, int first) { x[first + threadIdx.x] = 4; }
__global__ void read_half(const float* x, float* y) { y[threadIdx.x] = x[threadIdx.x]; }

CONTROL(an_event_between) {
  Buffer<float> x(32), y(32);
  cudaEvent_t ready;
  CHECK(cudaEventCreate(&ready));
  {
    Streams s;
    write_half<<<1, 32, 0, s.a>>>(x, 0);
    CHECK(cudaEventRecord(ready, s.a));
    CHECK(cudaStreamWaitEvent(s.b, ready, 0));
    read_half<<<1, 32, 0, s.b>>>(x, y);
  }
  CHECK(cudaEventDestroy(ready));
}

CONTROL(halves_of_a_buffer) {
  Buffer<float> x(64);
  Streams s;
  write_half<<<1, 32, 0, s.a>>>(x, 0);
  write_half<<<1, 32, 0, s.b>>>(x, 32);
}

CONTROL(two_readers) {
  Buffer<float> x(32), y(32), z(32);
  Streams s;
  read_half<<<1, 32, 0, s.a>>>(x, y);
  read_half<<<1, 32, 0, s.b>>>(x, z);
}

CONTROL(blocking_streams_and_the_default_stream) {
  Buffer<float> x(32), y(32);
  Streams s(cudaStreamDefault);
  write_half<<<1, 32, 0, s.a>>>(x, 0);
  read_half<<<1, 32>>>(x, y);
  write_half<<<1, 32, 0, s.b>>>(x, 0);
}

CONTROL(the_host_waits_between) {
  Buffer<float> x(32), y(32);
  Streams s;
  write_half<<<1, 32, 0, s.a>>>(x, 0);
  CHECK(cudaStreamSynchronize(s.a));
  read_half<<<1, 32, 0, s.b>>>(x, y);
}
