// 64x64 tiles, but all of them by one block
#include "ck/check.cuh"
__global__ void __launch_bounds__(1024) k(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta){
  __shared__ float sa[64][33], sb[32][64]; int t=threadIdx.x, tx=t%32, ty=t/32;
  for(long long i0=0;i0<M;i0+=64) for(int j0=0;j0<N;j0+=64){ float c00=0,c01=0,c10=0,c11=0;
    for(int k0=0;k0<K;k0+=32){
      for(int h=0;h<2;h++) sa[ty+32*h][tx]=(i0+ty+32*h<M&&k0+tx<K)?A[(i0+ty+32*h)*lda+k0+tx]:0.f;
      for(int h=0;h<2;h++) sb[ty][tx+32*h]=(k0+ty<K&&j0+tx+32*h<N)?B[(long long)(k0+ty)*ldb+j0+tx+32*h]:0.f;
      __syncthreads();
      for(int q=0;q<32;q++){ float a=sa[ty][q],b=sa[ty+32][q],c=sb[q][tx],d=sb[q][tx+32]; c00+=a*c;c01+=a*d;c10+=b*c;c11+=b*d; }
      __syncthreads(); }
    float v[2][2]={{c00,c01},{c10,c11}};
    for(int r=0;r<2;r++) for(int u=0;u<2;u++){ long long i=i0+ty+32*r; int j=j0+tx+32*u; if(i<M&&j<N) C[i*ldc+j]=beta==0?alpha*v[r][u]:alpha*v[r][u]+beta*C[i*ldc+j]; } }
}
extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta, void* st) {
  if(M==0||N==0)return 0; k<<<1,1024,0,(cudaStream_t)st>>>(A,B,C,M,N,K,lda,ldb,ldc,alpha,beta); CK_CHECK_LAUNCH(); return 0; }
