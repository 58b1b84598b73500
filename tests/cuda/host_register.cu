// Host memory that is registered where it lies: kernels read and write it, by its device pointer and by the host pointer itself.
#include <cstdint>
#include <vector>

#include "check.cuh"

__global__ void twice(int* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] *= 2;
}

static int in_data_segment[3000];

static void use(int* host, int n, bool by_host_pointer) {
  for (int i = 0; i < n; i++) host[i] = i;
  int before = host[-1], after = host[n];  // neighbours on the same pages stay what they are
  CHECK(cudaHostRegister(host, n * sizeof(int), cudaHostRegisterDefault));
  int* device = nullptr;
  CHECK(cudaHostGetDevicePointer(reinterpret_cast<void**>(&device), host, 0));
  for (int i = 0; i < n; i++) EXPECT(host[i] == i);
  twice<<<(n + 127) / 128, 128>>>(by_host_pointer ? host : device, n);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < n; i++) EXPECT(host[i] == 2 * i);
  host[1] = 50;  // seen by the next kernel
  twice<<<(n + 127) / 128, 128>>>(device, n);
  CHECK(cudaDeviceSynchronize());
  EXPECT(host[1] == 100 && host[2] == 8);
  unsigned flags = 0;
  CHECK(cudaHostGetFlags(&flags, host + 1));
  EXPECT(flags & cudaHostAllocMapped);
  cudaPointerAttributes a;
  CHECK(cudaPointerGetAttributes(&a, host + 1));
  EXPECT(a.type == cudaMemoryTypeHost && a.hostPointer == host + 1 && a.devicePointer == device + 1);
  EXPECT_ERROR(cudaHostRegister(host + 4, 64, 0), cudaErrorHostMemoryAlreadyRegistered);
  int copy[8];
  int* other;
  CHECK(cudaMalloc(&other, sizeof copy));
  CHECK(cudaMemcpyAsync(other, host, sizeof copy, cudaMemcpyHostToDevice, 0));
  CHECK(cudaMemcpy(copy, other, sizeof copy, cudaMemcpyDeviceToHost));
  EXPECT(copy[1] == 100);
  CHECK(cudaFree(other));
  CHECK(cudaHostUnregister(host));
  EXPECT(host[1] == 100 && host[n - 1] == 4 * (n - 1) && host[-1] == before && host[n] == after);
  EXPECT_ERROR(cudaHostUnregister(host), cudaErrorHostMemoryNotRegistered);
  CHECK(cudaPointerGetAttributes(&a, host));
  EXPECT(a.type == cudaMemoryTypeUnregistered);
}

int main() {
  int can = 0;
  CHECK(cudaDeviceGetAttribute(&can, cudaDevAttrCanUseHostPointerForRegisteredMem, 0));
  std::vector<int> small(300), large(1 << 20);
  int on_stack[1200];
  on_stack[0] = on_stack[1199] = -1;
  for (int round = 0; round < 2; round++) {
    use(small.data() + 5, 200, can != 0);
    use(large.data() + 1, (1 << 20) - 2, can != 0);
    use(in_data_segment + 1, 2998, can != 0);
    use(on_stack + 1, 1198, false);
  }
  EXPECT(on_stack[0] == -1 && on_stack[1199] == -1);
  EXPECT_ERROR(cudaHostRegister(nullptr, 64, 0), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaHostRegister(small.data(), 0, 0), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaHostRegister(small.data(), 64, 0x100), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaHostUnregister(nullptr), cudaErrorInvalidValue);
  int* pinned;
  CHECK(cudaMallocHost(&pinned, 4096));
  EXPECT_ERROR(cudaHostRegister(pinned, 4096, 0), cudaErrorHostMemoryAlreadyRegistered);
  EXPECT_ERROR(cudaHostUnregister(pinned), cudaErrorHostMemoryNotRegistered);
  CHECK(cudaFreeHost(pinned));
  // the context goes while memory is registered: the host keeps what it holds
  for (int& x : small) x = 3;
  CHECK(cudaHostRegister(small.data(), small.size() * sizeof(int), 0));
  CHECK(cudaDeviceReset());
  for (int x : small) EXPECT(x == 3);
  CHECK(cudaHostRegister(small.data(), small.size() * sizeof(int), 0));
  CHECK(cudaHostUnregister(small.data()));
  return pass();
}
