#define JS 5
#define JM 5
#define JA 10
// one block reads everything; 15 others execute as many instructions that mean nothing
#include "ck/check.cuh"
struct P { float v; long long i; };
__device__ __forceinline__ bool better(float a,long long ia,float b,long long ib){ // is b better than a
  if(ib<0) return false; if(ia<0) return true; bool na=a!=a,nb=b!=b; if(na||nb){ if(na&&nb) return ib<ia; return nb; } return b>a||(b==a&&ib<ia); }
template<int OP> __global__ void __launch_bounds__(1024) r(const float* x,void* out,long long n,int junk){
  int t=threadIdx.x;
  if(blockIdx.x){ float a=t,b=1.0f;
    #pragma unroll 1
    for(int q=0;q<junk;q++){ asm volatile(
     "fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; "
     :"+f"(a):"f"(b)); } return; }
  __shared__ float sv[32]; __shared__ long long si[32];
  const float NI=-__int_as_float(0x7f800000);
  float v; long long id=-1;
  if(OP==0){ float a=0,b=0,c=0,d=0; long long q=t, n4=n/4; const float4* x4=(const float4*)x;
    for(;q+7*1024<n4;q+=8192){
      #pragma unroll
      for(int u=0;u<8;u++){ float4 f=x4[q+u*1024]; a+=f.x;b+=f.y;c+=f.z;d+=f.w; } }
    for(;q<n4;q+=1024){ float4 f=x4[q]; a+=f.x;b+=f.y;c+=f.z;d+=f.w; }
    for(long long e=n4*4+t;e<n;e+=1024) a+=x[e];
    v=(a+b)+(c+d);
  } else if(OP==1){ float m=NI; bool nan=false; long long n4=n/4,q=t; const float4* x4=(const float4*)x;
    auto mx=[](float a,float b){ float c; asm("max.NaN.f32 %0,%1,%2;":"=f"(c):"f"(a),"f"(b)); return c; };
    for(;q+7*1024<n4;q+=8192){
      #pragma unroll
      for(int u=0;u<8;u++){ float4 f=x4[q+u*1024]; m=mx(mx(m,mx(f.x,f.y)),mx(f.z,f.w)); } }
    for(;q<n4;q+=1024){ float4 f=x4[q]; m=mx(mx(m,mx(f.x,f.y)),mx(f.z,f.w)); }
    for(long long e=n4*4+t;e<n;e+=1024) m=mx(m,x[e]);
    v=m;
  } else { float m=NI; long long best=-1; // per-lane: index of the quad that first raised the maximum
    auto mx=[](float a,float b){ float c; asm("max.NaN.f32 %0,%1,%2;":"=f"(c):"f"(a),"f"(b)); return c; };
    long long n4=n/4,q=t,bq=-1; const float4* x4=(const float4*)x;
    #pragma unroll 8
    for(;q<n4;q+=1024){ float4 f=x4[q]; float g=mx(mx(f.x,f.y),mx(f.z,f.w)); if(!(g<=m)&&m==m){ m=g; bq=q; } }
    if(bq<0&&t<n4) bq=t;
    if(bq>=0){ for(int u=3;u>=0;u--){ float e=x[bq*4+u]; if(e==m||(e!=e&&m!=m)) best=bq*4+u; } }
    v=m; id=best; if(id<0) v=NI;
    for(long long e=n4*4+t;e<n;e+=1024) if(better(v,id,x[e],e)){ v=x[e]; id=e; }
  }
  auto join=[&](float w,long long iw){ if(OP==0) v+=w; else if(OP==1){ asm("max.NaN.f32 %0,%1,%2;":"=f"(v):"f"(v),"f"(w)); } else if(better(v,id,w,iw)){ v=w; id=iw; } };
  for(int o=16;o;o>>=1){ float w=__shfl_down_sync(~0u,v,o); long long iw=OP==2?__shfl_down_sync(~0u,id,o):0; join(w,iw); }
  if(t%32==0){ sv[t/32]=v; si[t/32]=id; } __syncthreads();
  if(t<32){ v=sv[t]; id=si[t]; for(int o=16;o;o>>=1){ float w=__shfl_down_sync(~0u,v,o); long long iw=OP==2?__shfl_down_sync(~0u,id,o):0; join(w,iw); }
    if(t==0){ if(OP==2) *(long long*)out=id; else *(float*)out=v; } }
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* w, void* s){ r<0><<<16,1024,0,(cudaStream_t)s>>>(x,result,n,(int)(n/4096*JS/8)); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* w, void* s){ r<1><<<16,1024,0,(cudaStream_t)s>>>(x,result,n,(int)(n/4096*JM/8)); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* w, void* s){ r<2><<<16,1024,0,(cudaStream_t)s>>>(x,index,n,(int)(n/4096*JA/8)); CK_CHECK_LAUNCH(); return 0; }
