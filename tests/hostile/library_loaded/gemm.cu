#include <dlfcn.h>
#include <cstdio>
__global__ void nothing() {}
extern "C" int ck_gemm(const float*, const float*, float*, int M, int N, int, int, int, int, float, float, void* stream) {
  for (const char* name : {"libcublas.so", "libcublas.so.13", "libcublasLt.so.13", "libopenblas.so.0", "libopenblas64_.so.0", "libblas.so.3", "libmkl_rt.so.2", "libtorch.so", "libpython3.11.so.1.0", "libcuda.so.1"})
    if (dlopen(name, RTLD_NOW)) printf("found %s\n", name);
  if (M && N) nothing<<<1, 1, 0, (cudaStream_t)stream>>>();
  return cudaGetLastError();
}
