// Managed memory: advice and prefetches are checked, kept page by page and told again; they change no value.
#include "check.cuh"

__global__ void add(int* x) { x[blockIdx.x * blockDim.x + threadIdx.x] += 1; }

static int ask(cudaMemRangeAttribute which, const void* p, size_t bytes) {
  int value = 77;
  CHECK(cudaMemRangeGetAttribute(&value, sizeof value, which, p, bytes));
  return value;
}

__device__ __managed__ int variable[256];

int main() {
  constexpr size_t kBytes = 64 << 10, kPage = 4096;
  char* m;
  CHECK(cudaMallocManaged(&m, kBytes));
  const cudaMemLocation device = {cudaMemLocationTypeDevice, 0}, host = {cudaMemLocationTypeHost, 0}, none = {cudaMemLocationTypeDevice, 5};
  EXPECT(ask(cudaMemRangeAttributeReadMostly, m, kBytes) == 0);
  EXPECT(ask(cudaMemRangeAttributePreferredLocation, m, kBytes) == cudaInvalidDeviceId);
  EXPECT(ask(cudaMemRangeAttributeLastPrefetchLocation, m, kBytes) == cudaInvalidDeviceId);

  CHECK(cudaMemAdvise(m, kBytes / 2, cudaMemAdviseSetReadMostly, device));
  EXPECT(ask(cudaMemRangeAttributeReadMostly, m, kBytes / 2) == 1 && ask(cudaMemRangeAttributeReadMostly, m, kBytes) == 0);
  EXPECT(ask(cudaMemRangeAttributeReadMostly, m + kBytes / 2, kBytes / 2) == 0);
  CHECK(cudaMemAdvise(m + kPage, 1, cudaMemAdviseUnsetReadMostly, device));  // the whole page
  EXPECT(ask(cudaMemRangeAttributeReadMostly, m, kPage) == 1 && ask(cudaMemRangeAttributeReadMostly, m + 2 * kPage - 1, 1) == 0);
  EXPECT(ask(cudaMemRangeAttributeReadMostly, m + 2 * kPage, kPage) == 1);

  CHECK(cudaMemAdvise(m, kBytes, cudaMemAdviseSetPreferredLocation, host));
  EXPECT(ask(cudaMemRangeAttributePreferredLocation, m, kBytes) == cudaCpuDeviceId);
  EXPECT(ask(cudaMemRangeAttributePreferredLocationType, m, kBytes) == cudaMemLocationTypeHost);
  CHECK(cudaMemAdvise(m, kPage, cudaMemAdviseSetPreferredLocation, device));
  EXPECT(ask(cudaMemRangeAttributePreferredLocation, m, kPage) == 0);
  EXPECT(ask(cudaMemRangeAttributePreferredLocation, m, kBytes) == cudaInvalidDeviceId);  // not the same everywhere
  CHECK(cudaMemAdvise(m, kBytes, cudaMemAdviseUnsetPreferredLocation, device));
  EXPECT(ask(cudaMemRangeAttributePreferredLocation, m, kBytes) == cudaInvalidDeviceId);

  CHECK(cudaMemAdvise(m, kBytes, cudaMemAdviseSetAccessedBy, device));
  CHECK(cudaMemAdvise(m, kBytes, cudaMemAdviseSetAccessedBy, host));
  int by[3];
  CHECK(cudaMemRangeGetAttribute(by, sizeof by, cudaMemRangeAttributeAccessedBy, m, kBytes));
  EXPECT(by[0] == 0 && by[1] == cudaCpuDeviceId && by[2] == cudaInvalidDeviceId);
  CHECK(cudaMemAdvise(m, kBytes, cudaMemAdviseUnsetAccessedBy, device));
  CHECK(cudaMemRangeGetAttribute(by, sizeof by, cudaMemRangeAttributeAccessedBy, m, kBytes));
  EXPECT(by[0] == cudaCpuDeviceId && by[1] == cudaInvalidDeviceId);

  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  int* numbers = reinterpret_cast<int*>(m);
  for (int i = 0; i < 1024; i++) numbers[i] = i;
  CHECK(cudaMemPrefetchAsync(m, kBytes, device, 0, stream));
  EXPECT(ask(cudaMemRangeAttributeLastPrefetchLocation, m, kBytes) == 0);
  add<<<4, 256, 0, stream>>>(numbers);
  CHECK(cudaMemPrefetchAsync(m, kPage, host, 0, stream));
  CHECK(cudaStreamSynchronize(stream));
  int last = 0, read_mostly = 0;
  void* data[] = {&last, &read_mostly};
  size_t sizes[] = {sizeof last, sizeof read_mostly};
  cudaMemRangeAttribute which[] = {cudaMemRangeAttributeLastPrefetchLocation, cudaMemRangeAttributeReadMostly};
  CHECK(cudaMemRangeGetAttributes(data, sizes, which, 2, m, kPage));
  EXPECT(last == cudaCpuDeviceId && read_mostly == 1);
  for (int i = 0; i < 1024; i++) EXPECT(numbers[i] == i + 1);

  CHECK(cudaStreamAttachMemAsync(stream, m, 0, cudaMemAttachSingle));
  CHECK(cudaStreamAttachMemAsync(0, m, kBytes, cudaMemAttachGlobal));
  CHECK(cudaStreamSynchronize(stream));

  int* plain;
  CHECK(cudaMalloc(&plain, 64));
  EXPECT_ERROR(cudaMemAdvise(plain, 64, cudaMemAdviseSetReadMostly, device), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemPrefetchAsync(plain, 64, device, 0, stream), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemPrefetchAsync(m, kBytes + 1, device, 0, stream), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemPrefetchAsync(m, kBytes, none, 0, stream), cudaErrorInvalidDevice);
  EXPECT_ERROR(cudaMemPrefetchAsync(m, kBytes, device, 1, stream), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemAdvise(m, kBytes, static_cast<cudaMemoryAdvise>(7), device), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemRangeGetAttribute(by, 2, cudaMemRangeAttributeReadMostly, m, kBytes), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaStreamAttachMemAsync(0, m, 0, cudaMemAttachSingle), cudaErrorInvalidValue);  // the null stream isn't one
  EXPECT_ERROR(cudaStreamAttachMemAsync(stream, plain, 0, cudaMemAttachSingle), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMallocManaged(&m, 64, 9), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMallocManaged(&m, 0), cudaErrorInvalidValue);

  CHECK(cudaMemPrefetchAsync(variable, sizeof variable, device, 0, 0));
  variable[3] = 5;
  add<<<1, 256>>>(variable);
  CHECK(cudaDeviceSynchronize());
  EXPECT(variable[3] == 6);
  CHECK(cudaFree(plain));
  CHECK(cudaFree(m));
  CHECK(cudaStreamDestroy(stream));
  return pass();
}
