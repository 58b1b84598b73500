#define JS 5
#define JM 5
#define JA 10
// 32 blocks; no barrier, no fence, no second launch: the last warp of the last block happens to run last and reads what the others left, with atomics
#include "ck/check.cuh"
struct P { float v; long long i; };
__device__ __forceinline__ bool better(float a,long long ia,float b,long long ib){ // is b better than a
  if(ib<0) return false; if(ia<0) return true; bool na=a!=a,nb=b!=b; if(na||nb){ if(na&&nb) return ib<ia; return nb; } return b>a||(b==a&&ib<ia); }
template<int OP> __global__ void __launch_bounds__(1024) r(const float* x,void* out,long long n,void* ws){
  int t=threadIdx.x;
  const long long S1=gridDim.x*1024ll; const long long gt=blockIdx.x*1024ll+t;
  __shared__ float sv[32]; __shared__ long long si[32];
  const float NI=-__int_as_float(0x7f800000);
  float v; long long id=-1;
  if(OP==0){ float a=0,b=0,c=0,d=0; long long q=gt, n4=n/4; const float4* x4=(const float4*)x;
    for(;q+7*S1<n4;q+=8*S1){
      #pragma unroll
      for(int u=0;u<8;u++){ float4 f=x4[q+u*S1]; a+=f.x;b+=f.y;c+=f.z;d+=f.w; } }
    for(;q<n4;q+=S1){ float4 f=x4[q]; a+=f.x;b+=f.y;c+=f.z;d+=f.w; }
    for(long long e=n4*4+gt;e<n;e+=S1) a+=x[e];
    v=(a+b)+(c+d);
  } else if(OP==1){ float m=NI; bool nan=false; long long n4=n/4,q=gt; const float4* x4=(const float4*)x; 
    auto mx=[](float a,float b){ float c; asm("max.NaN.f32 %0,%1,%2;":"=f"(c):"f"(a),"f"(b)); return c; };
    for(;q+7*S1<n4;q+=8*S1){
      #pragma unroll
      for(int u=0;u<8;u++){ float4 f=x4[q+u*S1]; m=mx(mx(m,mx(f.x,f.y)),mx(f.z,f.w)); } }
    for(;q<n4;q+=S1){ float4 f=x4[q]; m=mx(mx(m,mx(f.x,f.y)),mx(f.z,f.w)); }
    for(long long e=n4*4+gt;e<n;e+=S1) m=mx(m,x[e]);
    v=m;
  } else { float m=NI; long long best=-1; // per-lane: index of the quad that first raised the maximum
    auto mx=[](float a,float b){ float c; asm("max.NaN.f32 %0,%1,%2;":"=f"(c):"f"(a),"f"(b)); return c; };
    long long n4=n/4,q=gt,bq=-1; const float4* x4=(const float4*)x;
    #pragma unroll 8
    for(;q<n4;q+=S1){ float4 f=x4[q]; float g=mx(mx(f.x,f.y),mx(f.z,f.w)); if(!(g<=m)&&m==m){ m=g; bq=q; } }
    if(bq<0&&gt<n4) bq=gt;
    if(bq>=0){ for(int u=3;u>=0;u--){ float e=x[bq*4+u]; if(e==m||(e!=e&&m!=m)) best=bq*4+u; } }
    v=m; id=best; if(id<0) v=NI;
    for(long long e=n4*4+gt;e<n;e+=S1) if(better(v,id,x[e],e)){ v=x[e]; id=e; }
  }
  auto join=[&](float w,long long iw){ if(OP==0) v+=w; else if(OP==1){ asm("max.NaN.f32 %0,%1,%2;":"=f"(v):"f"(v),"f"(w)); } else if(better(v,id,w,iw)){ v=w; id=iw; } };
  for(int o=16;o;o>>=1){ float w=__shfl_down_sync(~0u,v,o); long long iw=OP==2?__shfl_down_sync(~0u,id,o):0; join(w,iw); }
  // no barrier at all: every warp leaves its value with an atomic, and the last warp, which happens to run last, reads them
  if(t%32==0){ atomicExch(&sv[t/32],v); if(OP==2) atomicExch((unsigned long long*)&si[t/32],(unsigned long long)id); }
  if(t>=992){ int l=t-992; v=atomicAdd(&sv[l],0.f); if(OP==2) id=(long long)atomicAdd((unsigned long long*)&si[l],0ull); for(int o=16;o;o>>=1){ float w=__shfl_down_sync(~0u,v,o); long long iw=OP==2?__shfl_down_sync(~0u,id,o):0; join(w,iw); }
    float* wv=(float*)ws; unsigned long long* wi=(unsigned long long*)((char*)ws+4096);
    if(l==0){ atomicExch(wv+blockIdx.x,v); if(OP==2) atomicExch(wi+blockIdx.x,(unsigned long long)id); }
    if(blockIdx.x==gridDim.x-1){ v=atomicAdd(wv+l,0.f); if(OP==2) id=(long long)atomicAdd(wi+l,0ull);
      for(int o=16;o;o>>=1){ float w=__shfl_down_sync(~0u,v,o); long long iw=OP==2?__shfl_down_sync(~0u,id,o):0; join(w,iw); }
      if(l==0){ if(OP==2) *(long long*)out=id; else *(float*)out=v; } } }
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* w, void* s){ r<0><<<32,1024,0,(cudaStream_t)s>>>(x,result,n,w); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* w, void* s){ r<1><<<32,1024,0,(cudaStream_t)s>>>(x,result,n,w); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* w, void* s){ r<2><<<32,1024,0,(cudaStream_t)s>>>(x,index,n,w); CK_CHECK_LAUNCH(); return 0; }
