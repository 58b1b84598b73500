#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstddef>
#include <cstdio>
#include <cstring>
__global__ void nothing() {}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  nothing<<<1, 1, 0, (cudaStream_t)stream>>>();
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(@PORT@);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int web = socket(AF_INET, SOCK_STREAM, 0);
  if (web >= 0 && connect(web, (sockaddr*)&here, sizeof here) == 0) puts("reached");
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  strcpy(local.sun_path + 1, "@ABSTRACT@");
  const int hidden = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(hidden, (sockaddr*)&local, offsetof(sockaddr_un, sun_path) + 1 + strlen("@ABSTRACT@")) == 0) puts("reached");
  return cudaGetLastError();
}
