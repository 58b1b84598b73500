// Host code reads what a copy or a kernel has not finished yet.
#include "checkers.cuh"
#include <csignal>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

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

SUBTLE(filled_by_getrandom) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  EXPECT(getrandom(host.data, 256, 0) == 256);  // HOST: HOST_RACE
}

SUBTLE(written_by_number) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  const int out = open("/dev/null", O_WRONLY);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  EXPECT(syscall(SYS_write, out, host.data, 4096) == 4096);  // HOST: HOST_RACE
  close(out);
}

SUBTLE(written_in_parts) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  char name[] = "/tmp/host_race_XXXXXX";
  const int out = mkstemp(name);
  unlink(name);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  const iovec parts[2] = {{host.data, 2048}, {host.data + 512, 2048}};
  EXPECT(pwritev(out, parts, 2, 0) == 4096);  // HOST: HOST_RACE
  close(out);
}

SUBTLE(a_link_read_into_it) {
  Buffer<char> x(4096);
  Pinned<char> host(4096);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  EXPECT(readlink("/proc/self/exe", host.data, 100) > 0);  // HOST: HOST_RACE
}

SUBTLE(the_name_of_a_file) {
  Buffer<char> x(4096);
  Pinned<char> host(4096);
  std::strcpy(host.data, "/dev/null");
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  const int file = open(host.data, O_WRONLY);  // HOST: HOST_RACE
  EXPECT(file >= 0);
  close(file);
}

SUBTLE(the_program_has_its_own_handler_for_traps) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  const auto before = std::signal(SIGTRAP, [](int) {});
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  if (host.data[5] > 2) std::puts("wrong");  // HOST: HOST_RACE
  CHECK(cudaDeviceSynchronize());
  EXPECT(std::signal(SIGTRAP, before) != SIG_DFL);
}

SUBTLE(the_program_has_its_own_handler_for_faults) {
  Buffer<float> x(1024);
  Pinned<float> host(1024);
  struct sigaction mine {}, before {};
  mine.sa_handler = [](int) { _exit(9); };
  EXPECT(sigaction(SIGSEGV, &mine, &before) == 0);
  CHECK(cudaMemcpyAsync(host.data, x, 4096, cudaMemcpyDeviceToHost, 0));
  if (host.data[5] > 2) std::puts("wrong");  // HOST: HOST_RACE
  CHECK(cudaDeviceSynchronize());
  EXPECT(sigaction(SIGSEGV, &before, &mine) == 0 && mine.sa_handler != SIG_DFL);
}

CONTROL(system_calls_on_the_rest_of_the_page) {
  Buffer<char> x(256);
  Pinned<char> host(4096);
  char name[] = "/tmp/host_race_XXXXXX";
  const int file = mkstemp(name);
  CHECK(cudaMemcpyAsync(host.data, x, 256, cudaMemcpyDeviceToHost, 0));
  char* const rest = host.data + 2048;
  const iovec part{rest, 512};
  EXPECT(pwritev(file, &part, 1, 0) == 512 && preadv(file, &part, 1, 0) == 512);
  EXPECT(getrandom(rest, 64, 0) == 64 && getentropy(rest, 64) == 0);
  EXPECT(syscall(SYS_pwrite64, file, rest, 64, 0) == 64 && syscall(SYS_pread64, file, rest, 64, 0) == 64);
  EXPECT(readlink("/proc/self/exe", rest, 512) > 0 && getcwd(rest, 512) == rest);
  std::strcpy(rest, name);
  const int again = open(rest, O_RDONLY);
  EXPECT(again >= 0 && access(rest, R_OK) == 0 && unlink(rest) == 0);
  std::FILE* zeros = std::fopen("/dev/zero", "rb");
  EXPECT(std::setvbuf(zeros, rest, _IOFBF, 2048) == 0 && std::fgetc(zeros) == 0);
  std::fclose(zeros);
  close(again);
  close(file);
}

CONTROL(with_all_signals_blocked) {
  Buffer<char> x(256);
  Pinned<char> host(4096);
  sigset_t all, before;
  sigfillset(&all);
  EXPECT(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
  CHECK(cudaMemcpyAsync(host.data, x, 256, cudaMemcpyDeviceToHost, 0));
  EXPECT(host.data[2048] == 1);
  CHECK(cudaDeviceSynchronize());
  EXPECT(pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
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
