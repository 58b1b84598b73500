// Memory that another process imports over a file descriptor: the pool's token, both sides of an allocation, and what must be refused.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstring>
#include "check.cuh"

__global__ void add(int* values, int n, int what) {
  int i = threadIdx.x;
  if (i < n) values[i] += what;
}

static cudaMemPool_t make_pool() {
  cudaMemPoolProps properties = {};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.handleTypes = cudaMemHandleTypePosixFileDescriptor;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = 0;
  cudaMemPool_t pool = nullptr;
  CHECK(cudaMemPoolCreate(&pool, &properties));
  return pool;
}

static void send(int socket, int descriptor, const cudaMemPoolPtrExportData& data) {
  iovec part{const_cast<cudaMemPoolPtrExportData*>(&data), sizeof data};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  EXPECT(sendmsg(socket, &message, 0) == sizeof data);
}

static int receive(int socket, cudaMemPoolPtrExportData* data) {
  iovec part{data, sizeof *data};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  EXPECT(recvmsg(socket, &message, 0) == sizeof *data);
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  return descriptor;
}

static int importer(int socket) {
  cudaMemPoolPtrExportData data;
  const int descriptor = receive(socket, &data);
  cudaMemPool_t pool = nullptr;
  CHECK(cudaMemPoolImportFromShareableHandle(&pool, (void*)(intptr_t)descriptor, cudaMemHandleTypePosixFileDescriptor, 0));
  void* values = nullptr;
  CHECK(cudaMemPoolImportPointer(&values, pool, &data));
  void* other = nullptr;
  EXPECT(cudaMallocFromPoolAsync(&other, 64, pool, 0) != cudaSuccess);   // an imported pool gives out nothing
  EXPECT(cudaMemPoolImportPointer(&other, pool, &data) != cudaSuccess);  // it is here already
  add<<<1, 32>>>((int*)values, 32, 100);
  CHECK(cudaDeviceSynchronize());
  return pass();
}

int main() {
  int ends[2];
  EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const pid_t child = fork();  // before either uses the device: a context doesn't survive a fork
  if (child == 0) return importer(ends[1]);
  cudaMemPool_t pool = make_pool();
  int* values = nullptr;
  CHECK(cudaMallocFromPoolAsync((void**)&values, 32 * sizeof(int), pool, 0));
  CHECK(cudaMemset(values, 0, 32 * sizeof(int)));
  add<<<1, 32>>>(values, 32, 1);
  CHECK(cudaDeviceSynchronize());
  int descriptor = -1;
  CHECK(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypePosixFileDescriptor, 0));
  cudaMemPoolPtrExportData data;
  CHECK(cudaMemPoolExportPointer(&data, values));
  send(ends[0], descriptor, data);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT(status == 0);
  int host[32];
  CHECK(cudaMemcpy(host, values, sizeof host, cudaMemcpyDeviceToHost));
  for (int value : host) EXPECT(value == 101);
  CHECK(cudaFree(values));
  CHECK(cudaMemPoolDestroy(pool));
  return pass();
}
