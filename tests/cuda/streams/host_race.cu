// Host code uses memory before the work that writes it has ended.
#include <atomic>

#include "streams.cuh"

__global__ void set(int* x, int n, int value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value;  // OTHER
}
__global__ void read(const int* x, int* out) { out[threadIdx.x] = x[threadIdx.x]; }
__global__ void announce(int* data, volatile int* flag) {
  data[threadIdx.x] = 5;
  __threadfence_system();
  __syncthreads();
  if (threadIdx.x == 0) *flag = 1;
}

POSITIVE(sums_what_is_still_on_its_way) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> out(100, 1);
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  int sum = 0;
  for (int i = 0; i < 100; ++i) sum += out[i];  // BUG: HOST_RACE | before cudaMemcpyAsync in stream 1 has written it
  EXPECT(sum == 100);  // it sees the old values
}

STUDENT(waits_for_the_wrong_stream) {
  Stream copies, kernels;
  Zeroed<float> x(64);
  Pinned<float> out(64);
  CHECK(cudaMemcpyAsync(out, x, 256, cudaMemcpyDeviceToHost, copies));
  CHECK(cudaStreamSynchronize(kernels));
  std::printf("%g\n", out[63]);  // BUG: HOST_RACE | byte 252 of
}

SUBTLE(a_system_call_reads_it) {
  Stream s;
  Zeroed<int> x(2000);
  Pinned<int> out(2000, 7);
  int ends[2];
  EXPECT(pipe(ends) == 0);
  CHECK(cudaMemcpyAsync(out, x, 8000, cudaMemcpyDeviceToHost, s));
  EXPECT(write(ends[1], out, 8000) == 8000);  // BUG: HOST_RACE
  static int seen[2000];
  EXPECT(read(ends[0], seen, 8000) == 8000 && seen[0] == 7 && seen[1999] == 7);
  close(ends[0]);
  close(ends[1]);
}

SUBTLE(fwrite_reads_it) {
  Stream s;
  Zeroed<int> x(100000);
  Pinned<int> out(100000, 7);
  FILE* file = tmpfile();
  EXPECT(file != nullptr);
  CHECK(cudaMemcpyAsync(out, x, 400000, cudaMemcpyDeviceToHost, s));
  EXPECT(fwrite(out, 4, 100000, file) == 100000);  // BUG: HOST_RACE
  fclose(file);
}

SUBTLE(a_library_function_reads_it) {
  Stream s;
  Zeroed<char> x(4096);
  Pinned<char> out(4096, 'x');
  char mine[64];
  CHECK(cudaMemcpyAsync(out, x, 4096, cudaMemcpyDeviceToHost, s));
  memcpy(mine, out + 100, 64);  // BUG: HOST_RACE | byte 100 of
  EXPECT(mine[0] == 'x');
}

STUDENT(managed_memory_without_a_wait) {
  ManagedBuffer<int> x(64);
  set<<<1, 64>>>(x, 64, 3);
  std::printf("%d\n", x[10]);  // BUG: HOST_RACE | before kernel set(int*, int, int) in the default stream has written it
}

SUBTLE(managed_memory_written_too_early) {
  ManagedBuffer<int> x(64);
  Zeroed<int> out(64);
  read<<<1, 64>>>(x, out);
  x[63] = 1;  // BUG: HOST_RACE | writes byte 252
}

SUBTLE(mapped_memory_without_a_wait) {
  Pinned<int> x(64);
  int* seen;
  CHECK(cudaHostGetDevicePointer(&seen, x.data, 0));
  set<<<1, 64>>>(seen, 64, 3);
  EXPECT(x[5] == 0);  // BUG: HOST_RACE
}

CONTROL(after_the_stream) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> out(100, 1);
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  CHECK(cudaStreamSynchronize(s));
  EXPECT(out[0] == 0 && out[99] == 0);
}

CONTROL(after_an_event_of_another_stream) {
  Stream s, t;
  Event copied, seen;
  Zeroed<int> x(100);
  Pinned<int> out(100, 1);
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  CHECK(cudaEventRecord(copied, s));
  CHECK(cudaStreamWaitEvent(t, copied, 0));
  CHECK(cudaEventRecord(seen, t));
  CHECK(cudaEventSynchronize(seen));
  EXPECT(out[0] == 0 && out[99] == 0);
}

CONTROL(neighbours_on_the_page) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> out(300, 1);
  CHECK(cudaMemcpyAsync(out + 100, x, 400, cudaMemcpyDeviceToHost, s));
  for (int i = 0; i < 100; ++i) out[i] += out[200 + i];
  FILE* file = tmpfile();
  EXPECT(fwrite(out, 4, 100, file) == 100);
  rewind(file);
  EXPECT(fread(out + 200, 4, 100, file) == 100);
  fclose(file);
  CHECK(cudaStreamSynchronize(s));
  EXPECT(out[99] == 2 && out[100] == 0 && out[199] == 0 && out[200] == 2);
}

CONTROL(reads_what_is_only_read) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> in(100, 1);
  CHECK(cudaMemcpyAsync(x, in, 400, cudaMemcpyHostToDevice, s));
  int sum = 0;
  for (int i = 0; i < 100; ++i) sum += in[i];
  EXPECT(sum == 100);
}

CONTROL(other_elements_than_the_kernel) {
  ManagedBuffer<int> x(5000);
  set<<<1, 64>>>(x, 64, 3);
  for (int i = 64; i < 5000; ++i) x[i] = i;
  CHECK(cudaDeviceSynchronize());
  EXPECT(x[63] == 3 && x[4999] == 4999);
}

CONTROL(to_pageable_memory) {
  Stream s;
  Zeroed<int> x(100);
  int out[100] = {1};
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  EXPECT(out[0] == 0);
}

CONTROL(polls_a_flag_of_the_kernel) {
  Pinned<int> flag(1);
  ManagedBuffer<int> data(64);
  announce<<<1, 64>>>(data, flag);
  while (*static_cast<volatile int*>(flag.data) == 0) {}
  EXPECT(data[63] == 5);
}

CONTROL(polls_the_stream) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> out(100, 1);
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  while (cudaStreamQuery(s) == cudaErrorNotReady) {}
  cudaGetLastError();
  EXPECT(out[0] == 0);
}

static std::atomic<int> arrived{0};

CONTROL(a_host_function_tells) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> out(100, 1);
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  CHECK(cudaLaunchHostFunc(s, [](void*) { arrived = 1; }, nullptr));
  while (arrived == 0) {}
  EXPECT(out[0] == 0);
}

CONTROL(freeing_waits) {
  Stream s;
  int* x;
  CHECK(cudaMalloc(&x, 400));
  Pinned<int> out(100, 1);
  set<<<1, 100, 0, s>>>(x, 100, 4);
  CHECK(cudaMemcpyAsync(out, x, 400, cudaMemcpyDeviceToHost, s));
  CHECK(cudaFree(x));
  EXPECT(out[0] == 4);
}
