#include <dlfcn.h>
#include <sys/mman.h>
#include <cstdint>
#include <cstring>
// From now on, who calls the function of that name calls `where`.
static void lead(const char* name, void* where) {
  unsigned char* code = (unsigned char*)dlsym(RTLD_DEFAULT, name);
  if (!code || mprotect((void*)((uintptr_t)code & ~4095ull), 8192, PROT_READ | PROT_WRITE | PROT_EXEC)) return;
  const unsigned char jump[12] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0};
  memcpy(code, jump, 12);
  memcpy(code + 2, &where, 8);
}
