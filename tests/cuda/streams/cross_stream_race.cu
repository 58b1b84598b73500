// Work of two streams meets in memory with nothing that orders it.
#include "streams.cuh"

__global__ void set(int* x, int n, int value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value;  // BUG: CROSS_STREAM_RACE?
}
__global__ void scale(const int* in, int* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = 2 * in[i];  // BUG: CROSS_STREAM_RACE?
}
__global__ void count(int* total) { atomicAdd(total, 1); }
__global__ void set_every_second(int* x, int n, int first) {
  const int i = 2 * (blockIdx.x * blockDim.x + threadIdx.x) + first;
  if (i < n) x[i] = first;
}

POSITIVE(producer_and_consumer) {
  Stream s, t;
  Zeroed<int> x(1000), y(1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

STUDENT(the_event_is_recorded_before_the_kernel) {
  Stream s, t;
  Event ready;
  Zeroed<int> x(1000), y(1000);
  CHECK(cudaEventRecord(ready, s));
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  CHECK(cudaStreamWaitEvent(t, ready, 0));
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

STUDENT(chunks_overlap_by_one) {
  Stream s, t;
  Zeroed<int> x(1000);
  set<<<2, 256, 0, s>>>(x, 501, 1);
  set<<<2, 256, 0, t>>>(x + 500, 500, 2);
  CHECK(cudaStreamSynchronize(t));
  CHECK(cudaStreamSynchronize(s));
}

SUBTLE(the_default_stream_does_not_wait_for_all) {
  Stream s;
  Zeroed<int> x(1000);
  CHECK(cudaMemset(x, 0, 4000));  // returns before it is done, and the stream waits for nobody
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  CHECK(cudaDeviceSynchronize());
}

SUBTLE(an_event_that_was_never_recorded) {
  Stream s, t;
  Event ready;
  Zeroed<int> x(1000), y(1000);
  Pinned<int> in(1000);
  CHECK(cudaMemcpyAsync(x, in, 4000, cudaMemcpyHostToDevice, s));
  CHECK(cudaStreamWaitEvent(t, ready, 0));
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

SUBTLE(two_copies) {
  Stream s, t;
  Zeroed<int> x(1000);
  Pinned<int> in(1000), out(1000);
  CHECK(cudaMemcpyAsync(x, in, 4000, cudaMemcpyHostToDevice, s));
  CHECK(cudaMemcpyAsync(out, x + 999, 4, cudaMemcpyDeviceToHost, t));  // HOST: CROSS_STREAM_RACE | cudaMemcpyAsync in stream 2 reads byte 3996
  CHECK(cudaDeviceSynchronize());
}

SUBTLE(memory_of_another_streams_pool) {
  Stream s, t;
  int* x;
  CHECK(cudaMallocAsync(&x, 400, s));
  set<<<1, 100, 0, t>>>(x, 100, 1);
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaFree(x));
}

SUBTLE(waiting_for_the_consumer_alone) {
  Stream s, t;
  Zeroed<int> x(1000), y(1000);
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  CHECK(cudaStreamSynchronize(s));
  CHECK(cudaStreamSynchronize(t));
}

CONTROL(an_event_orders_them) {
  Stream s, t;
  Event ready;
  Zeroed<int> x(1000), y(1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  CHECK(cudaEventRecord(ready, s));
  CHECK(cudaStreamWaitEvent(t, ready, 0));
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(by_way_of_a_third_stream) {
  Stream s, t, u;
  Event a, b;
  Zeroed<int> x(1000), y(1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  CHECK(cudaEventRecord(a, s));
  CHECK(cudaStreamWaitEvent(u, a, 0));
  CHECK(cudaEventRecord(b, u));
  CHECK(cudaStreamWaitEvent(t, b, 0));
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(the_host_waits_between) {
  Stream s, t;
  Zeroed<int> x(1000), y(1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  CHECK(cudaStreamSynchronize(s));
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(a_poll_is_a_wait) {
  Stream s, t;
  Zeroed<int> x(1000), y(1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  while (cudaStreamQuery(s) != cudaSuccess) {}
  cudaGetLastError();
  scale<<<4, 256, 0, t>>>(x, y, 1000);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(the_default_stream_orders_blocking_ones) {
  Stream s(cudaStreamDefault), t(cudaStreamDefault);
  Zeroed<int> x(1000), y(1000);
  set<<<4, 256, 0, s>>>(x, 1000, 1);
  scale<<<4, 256>>>(x, y, 1000);
  set<<<4, 256, 0, t>>>(x, 1000, 2);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(halves) {
  Stream s, t;
  Zeroed<int> x(1000);
  set<<<2, 256, 0, s>>>(x, 500, 1);
  set<<<2, 256, 0, t>>>(x + 500, 500, 2);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(every_second_element) {
  Stream s, t;
  Zeroed<int> x(1000);
  set_every_second<<<2, 256, 0, s>>>(x, 1000, 0);
  set_every_second<<<2, 256, 0, t>>>(x, 1000, 1);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(columns_of_a_matrix) {
  Stream s, t;
  Zeroed<int> x(64 * 64);
  Pinned<int> in(64 * 64, 1);
  CHECK(cudaMemcpy2DAsync(x, 256, in, 256, 128, 64, cudaMemcpyHostToDevice, s));
  CHECK(cudaMemcpy2DAsync(x + 32, 256, in + 32, 256, 128, 64, cudaMemcpyHostToDevice, t));
  CHECK(cudaDeviceSynchronize());
}

CONTROL(both_only_read) {
  Stream s, t;
  Zeroed<int> x(1000), y(1000), z(1000);
  scale<<<4, 256, 0, s>>>(x, y, 1000);
  scale<<<4, 256, 0, t>>>(x, z, 1000);
  CHECK(cudaDeviceSynchronize());
}

CONTROL(atomics_on_both_sides) {
  Stream s, t;
  Zeroed<int> total(1);
  count<<<4, 256, 0, s>>>(total);
  count<<<4, 256, 0, t>>>(total);
  CHECK(cudaDeviceSynchronize());
  int all;
  CHECK(cudaMemcpy(&all, total, 4, cudaMemcpyDeviceToHost));
  EXPECT(all == 2048);
}

CONTROL(more_than_a_queue_holds) {
  Stream s, t;
  Event ready;
  Zeroed<int> x(64), y(64);
  for (int i = 0; i < 3000; ++i) set<<<1, 64, 0, s>>>(x, 64, i);
  CHECK(cudaEventRecord(ready, s));
  CHECK(cudaStreamWaitEvent(t, ready, 0));
  scale<<<1, 64, 0, t>>>(x, y, 64);
  int last;
  CHECK(cudaMemcpyAsync(&last, y, 4, cudaMemcpyDeviceToHost, t));
  EXPECT(last == 2 * 2999);
}

CONTROL(a_stream_that_was_destroyed) {
  Zeroed<int> x(1000), y(1000);
  {
    cudaStream_t s;
    CHECK(cudaStreamCreate(&s));
    set<<<4, 256, 0, s>>>(x, 1000, 3);
    CHECK(cudaStreamDestroy(s));
  }
  scale<<<4, 256>>>(x, y, 1000);
  int last;
  CHECK(cudaMemcpy(&last, y + 999, 4, cudaMemcpyDeviceToHost));
  EXPECT(last == 6);
}
