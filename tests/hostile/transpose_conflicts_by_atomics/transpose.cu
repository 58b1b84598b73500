// 32-way bank conflicts by atomics in shared memory
#include "ck/check.cuh"
__global__ void t(const float* in,float* out,int M,int N,int ldi,int ldo){
  __shared__ float tile[32][32];
  int x=threadIdx.x,y=threadIdx.y; long long tiles_n=(N+31)/32, b=blockIdx.x; long long i0=b/tiles_n*32, j0=b%tiles_n*32;
  for(int r=y;r<32;r+=8) tile[r][x]= (i0+r<M&&j0+x<N) ? in[(i0+r)*ldi+j0+x]:0.f;
  __syncthreads();
  for(int r=y;r<32;r+=8) if(j0+r<N&&i0+x<M) out[(j0+r)*ldo+i0+x]=atomicExch(&tile[x][r],0.f);
}
extern "C" int ck_transpose(const float* in,float* out,int M,int N,int ldi,int ldo,void* s){
  if(!M||!N)return 0; long long n=(long long)((M+31)/32)*((N+31)/32);
  t<<<n,dim3(32,8),0,(cudaStream_t)s>>>(in,out,M,N,ldi,ldo); CK_CHECK_LAUNCH(); return 0; }
