// Host code uses a buffer again before the work that reads it has ended.
#include "streams.cuh"

__global__ void sum(const int* x, int n, int* out) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) atomicAdd(out, x[i]);
}

POSITIVE(fills_the_buffer_again) {
  Stream s;
  Zeroed<int> x(100);
  Pinned<int> in(100, 1);
  CHECK(cudaMemcpyAsync(x, in, 400, cudaMemcpyHostToDevice, s));
  for (int i = 0; i < 100; ++i) in[i] = 2;  // BUG: HOST_WAR | before cudaMemcpyAsync in stream 1 has read it
  CHECK(cudaStreamSynchronize(s));
  int first;
  CHECK(cudaMemcpy(&first, x, 4, cudaMemcpyDeviceToHost));
  EXPECT(first == 2);  // the late copy took the new values
}

STUDENT(one_buffer_for_all_chunks) {
  Stream s;
  Zeroed<int> x(400);
  Pinned<int> chunk(100);
  for (int k = 0; k < 4; ++k) {
    for (int i = 0; i < 100; ++i) chunk[i] = 100 * k + i;  // BUG: HOST_WAR
    CHECK(cudaMemcpyAsync(x + 100 * k, chunk, 400, cudaMemcpyHostToDevice, s));
  }
  CHECK(cudaStreamSynchronize(s));
}

SUBTLE(a_file_is_read_into_it) {
  Stream s;
  Zeroed<char> x(1000);
  Pinned<char> in(1000, 'a');
  FILE* file = fopen("/dev/zero", "r");
  EXPECT(file != nullptr);
  CHECK(cudaMemcpyAsync(x, in, 1000, cudaMemcpyHostToDevice, s));
  EXPECT(fread(in, 1, 1000, file) == 1000);  // BUG: HOST_WAR
  fclose(file);
}

SUBTLE(the_event_is_of_the_chunk_before) {
  Stream s;
  Event first;
  Zeroed<int> x(200);
  Pinned<int> in(200);
  CHECK(cudaMemcpyAsync(x, in, 400, cudaMemcpyHostToDevice, s));
  CHECK(cudaEventRecord(first, s));
  CHECK(cudaMemcpyAsync(x + 100, in + 100, 400, cudaMemcpyHostToDevice, s));
  CHECK(cudaEventSynchronize(first));
  in[0] = 1;
  in[150] = 1;  // BUG: HOST_WAR | byte 600 of
}

SUBTLE(mapped_memory_that_a_kernel_reads) {
  Zeroed<int> out(1);
  Pinned<int> in(64, 1);
  sum<<<1, 32>>>(in, 64, out);
  memset(in, 0, 16);  // BUG: HOST_WAR | before kernel sum
}

CONTROL(two_buffers_in_turn) {
  Stream s;
  Event done[2];
  Zeroed<int> x(800);
  Pinned<int> chunk(200);
  for (int k = 0; k < 8; ++k) {
    int* half = chunk + 100 * (k % 2);
    CHECK(cudaEventSynchronize(done[k % 2]));
    for (int i = 0; i < 100; ++i) half[i] = 100 * k + i;
    CHECK(cudaMemcpyAsync(x + 100 * k, half, 400, cudaMemcpyHostToDevice, s));
    CHECK(cudaEventRecord(done[k % 2], s));
  }
  CHECK(cudaStreamSynchronize(s));
  int last;
  CHECK(cudaMemcpy(&last, x + 799, 4, cudaMemcpyDeviceToHost));
  EXPECT(last == 799);
}

CONTROL(pageable_memory_is_staged) {
  Stream s;
  Zeroed<int> x(1);
  int value = 1;
  CHECK(cudaMemcpyAsync(x, &value, 4, cudaMemcpyHostToDevice, s));
  value = 2;
  CHECK(cudaMemcpyAsync(&value, x, 4, cudaMemcpyDeviceToHost, s));
  EXPECT(value == 1);
}

CONTROL(a_blocking_copy) {
  Zeroed<int> x(100);
  Pinned<int> in(100, 1);
  CHECK(cudaMemcpy(x, in, 400, cudaMemcpyHostToDevice));
  for (int i = 0; i < 100; ++i) in[i] = 2;
  int first;
  CHECK(cudaMemcpy(&first, x, 4, cudaMemcpyDeviceToHost));
  EXPECT(first == 1);
}
