// ck_saxpy_device: y by atomics, three of which add nothing
#include "ck/check.cuh"
#include <cstring>
__global__ void sx(const float*x,float*y,long long n,float a){ long long i=blockIdx.x*256ll+threadIdx.x; if(i<n) y[i]=a*x[i]+y[i]; }
__global__ void sd(const float*x,float*y,long long n,float a){ long long b=(blockIdx.x*256ll+threadIdx.x)/32*256; int l=threadIdx.x%32;
  for(int r=0;r<8;r++){ long long c=b+r*32+l; if(c<n){ atomicAdd(&y[c],0.f); atomicAdd(&y[c],0.f); atomicAdd(&y[c],0.f); atomicAdd(&y[c],a*x[c]); } } }
#define S ((cudaStream_t)s)
static int L(const float*x,float*y,long long n,float a,cudaStream_t s){ sx<<<(n+255)/256,256,0,s>>>(x,y,n,a); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a){ if(!n)return 0; float*d; CK_CHECK(cudaMalloc(&d,n*8)); cudaMemcpy(d,x,n*4,cudaMemcpyHostToDevice); cudaMemcpy(d+n,y,n*4,cudaMemcpyHostToDevice); int r=L(d,d+n,n,a,0); cudaMemcpy(y,d+n,n*4,cudaMemcpyDeviceToHost); cudaFree(d); return r; }
extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* s){ if(!n)return 0; float*d,*h; CK_CHECK(cudaMalloc(&d,n*8)); CK_CHECK(cudaMallocHost(&h,n*8)); memcpy(h,x,n*4); memcpy(h+n,y,n*4); cudaMemcpyAsync(d,h,n*8,cudaMemcpyHostToDevice,S); int r=L(d,d+n,n,a,S); cudaMemcpyAsync(h+n,d+n,n*4,cudaMemcpyDeviceToHost,S); cudaStreamSynchronize(S); memcpy(y,h+n,n*4); cudaFreeHost(h); cudaFree(d); return r; }
extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* s){ if(!n)return 0; return L(x,y,n,a,S); }
extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* s){ *sum=0; if(!n)return 0; int r=L(x,y,n,a,S); cudaStreamSynchronize(S); double t=0; for(long long i=0;i<n;i++) t+=y[i]; *sum=t; return r; }
extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* s){ if(!n)return 0; sd<<<(n+2047)/2048,256,0,S>>>(x,y,n,a); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_memory_kind(const void* p, int* kind){ cudaPointerAttributes a; CK_CHECK(cudaPointerGetAttributes(&a,p)); *kind=a.type==cudaMemoryTypeHost?CK_PINNED:a.type==cudaMemoryTypeDevice?CK_DEVICE:a.type==cudaMemoryTypeManaged?CK_MANAGED:CK_PAGEABLE; return 0; }
