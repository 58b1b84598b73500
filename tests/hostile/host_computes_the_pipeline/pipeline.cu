// the host computes: kernels write zeros, then the host waits and writes `out` itself. (Overlap isn't tried.)
#include "ck/check.cuh"
#include <cstring>
__global__ void k(const float* in,float* out,long long n,int spin){ long long i=blockIdx.x*256ll+threadIdx.x; float a=1; for(int q=0;q<(blockIdx.x==0?spin:0);q++) asm volatile("fma.rn.f32 %0,%0,%0,%0;":"+f"(a)); if(i<n) out[i]=in[i]; }
extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* ws, void* st){ cudaStream_t s=(cudaStream_t)st;
  for(long long o=0;o<n;o+=chunk){ long long m=n-o<chunk?n-o:chunk; float* a=ws; float* b=ws+3*chunk;
    CK_CHECK(cudaMemcpyAsync(a,in+o,m*4,cudaMemcpyHostToDevice,s)); k<<<(m+255)/256,256,0,s>>>(a,b,m,1000000); CK_CHECK_LAUNCH(); CK_CHECK(cudaMemcpyAsync(out+o,b,m*4,cudaMemcpyDeviceToHost,s)); }
  CK_CHECK(cudaStreamSynchronize(s)); for(long long i=0;i<n;i++) out[i]=in[i]*in[i]+0.5f*in[i];
  return 0; }
extern "C" int ck_feed(const float* in, float* dev, long long n, long long chunk, float* stg, void* st){ cudaStream_t s=(cudaStream_t)st;
  for(long long o=0;o<n;o+=chunk){ long long m=n-o<chunk?n-o:chunk; memcpy(stg,in+o,m*4); CK_CHECK(cudaMemcpyAsync(dev+o,stg,m*4,cudaMemcpyHostToDevice,s)); CK_CHECK(cudaStreamSynchronize(s)); } return 0; }
extern "C" int ck_time_upload(const float* in, float* dev, long long n, float* ms, void* st){ cudaStream_t s=(cudaStream_t)st; cudaEvent_t a,b; cudaEventCreate(&a);cudaEventCreate(&b);
  cudaEventRecord(a,s); CK_CHECK(cudaMemcpyAsync(dev,in,n*4,cudaMemcpyHostToDevice,s)); cudaEventRecord(b,s); cudaEventSynchronize(b); CK_CHECK(cudaEventElapsedTime(ms,a,b)); cudaEventDestroy(a);cudaEventDestroy(b); return 0; }
