// Work is done as late as the rules allow: queries say "not ready" first, polling ends, waiting for one stream leaves the others alone,
// host functions have their turn in the stream.
#include <atomic>
#include "check.cuh"

__global__ void add(int* x, int value) { *x += value; }

static std::atomic<int> seen{0};

static void note(void* data) {
  seen = *static_cast<int*>(data) + 1;
  EXPECT(cudaFree(nullptr) == cudaErrorNotPermitted);
}
static void note_status(cudaStream_t, cudaError_t status, void* data) { *static_cast<int*>(data) = 10 + status; }

int main() {
  int *x, *pinned;
  CHECK(cudaMalloc(&x, 2 * sizeof(int)));
  CHECK(cudaMemset(x, 0, 2 * sizeof(int)));
  CHECK(cudaMallocHost(&pinned, 2 * sizeof(int)));
  pinned[0] = pinned[1] = -1;
  cudaStream_t first, second;
  CHECK(cudaStreamCreate(&first));
  CHECK(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
  cudaEvent_t start, done;
  CHECK(cudaEventCreate(&start));
  CHECK(cudaEventCreate(&done));
  CHECK(cudaDeviceSynchronize());

  CHECK(cudaEventRecord(start, first));
  add<<<1, 1, 0, first>>>(x, 1);
  CHECK(cudaEventRecord(done, first));
  float ms;
  EXPECT_ERROR(cudaEventElapsedTime(&ms, start, done), cudaErrorNotReady);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorNotReady);
  CHECK(cudaGetLastError());
  // Of queries "not ready" is an answer and no error (CUDA C++ Programming Guide, "Error Checking").
  EXPECT_ERROR(cudaEventQuery(done), cudaErrorNotReady);
  EXPECT_ERROR(cudaStreamQuery(first), cudaErrorNotReady);
  CHECK(cudaGetLastError());
  int polls = 0;
  while (cudaEventQuery(done) == cudaErrorNotReady) EXPECT(++polls < 1000);
  CHECK(cudaEventElapsedTime(&ms, start, done));
  EXPECT(ms > 0.0f);
  add<<<1, 1, 0, first>>>(x, 1);
  while (cudaStreamQuery(first) == cudaErrorNotReady) EXPECT(++polls < 1000);
  cudaGetLastError();

  // The stage of pageable memory: the buffer may be used again at once.
  int value = 100;
  CHECK(cudaMemcpyAsync(x + 1, &value, sizeof value, cudaMemcpyHostToDevice, second));
  value = 0;
  add<<<1, 1, 0, second>>>(x + 1, 1);
  CHECK(cudaMemcpyAsync(&value, x + 1, sizeof value, cudaMemcpyDeviceToHost, second));  // to pageable memory: done on return
  EXPECT(value == 101);

  // Host functions: after what was before them, before what comes after.
  CHECK(cudaMemcpyAsync(pinned, x, sizeof(int), cudaMemcpyDeviceToHost, second));
  CHECK(cudaLaunchHostFunc(second, note, pinned));
  int status = -1;
  CHECK(cudaStreamAddCallback(second, note_status, &status, 0));
  EXPECT(seen == 0 && status == -1);
  CHECK(cudaStreamSynchronize(first));  // not theirs
  EXPECT(seen == 0 && status == -1);
  CHECK(cudaStreamSynchronize(second));
  EXPECT(seen == 3 && status == 10 && pinned[0] == 2);

  // Waiting for a host function without asking the runtime.
  seen = 0;
  CHECK(cudaLaunchHostFunc(first, note, pinned));
  while (seen == 0) {}

  // The legacy default stream waits for first, not for second; the first waits for it.
  CHECK(cudaMemsetAsync(x, 0, 2 * sizeof(int), first));
  add<<<1, 1>>>(x, 5);
  add<<<1, 1, 0, first>>>(x, 6);
  CHECK(cudaMemcpyAsync(pinned, x, sizeof(int), cudaMemcpyDeviceToHost, first));
  CHECK(cudaEventRecord(done, first));
  CHECK(cudaStreamWaitEvent(second, done, 0));
  CHECK(cudaStreamSynchronize(second));
  EXPECT(pinned[0] == 11);

  CHECK(cudaStreamDestroy(first));
  CHECK(cudaStreamDestroy(second));
  CHECK(cudaFreeHost(pinned));
  CHECK(cudaFree(x));
  return pass();
}
