// the whole matrix by one block
#include "ck/check.cuh"
__global__ void t(const float* in,float* out,int M,int N,int ldi,int ldo){
  __shared__ float tile[32][33]; int x=threadIdx.x,y=threadIdx.y; long long tn=(N+31)/32, T=tn*((M+31)/32);
  for(long long b=0;b<T;b++){ long long i0=b/tn*32, j0=b%tn*32;
    for(int r=y;r<32;r+=8) if(i0+r<M&&j0+x<N) tile[r][x]=in[(i0+r)*ldi+j0+x];
    __syncthreads();
    for(int r=y;r<32;r+=8) if(j0+r<N&&i0+x<M) out[(j0+r)*ldo+i0+x]=tile[x][r];
    __syncthreads(); } }
extern "C" int ck_transpose(const float* in,float* out,int M,int N,int ldi,int ldo,void* s){
  if(!M||!N)return 0; t<<<1,dim3(32,8),0,(cudaStream_t)s>>>(in,out,M,N,ldi,ldo); CK_CHECK_LAUNCH(); return 0; }
