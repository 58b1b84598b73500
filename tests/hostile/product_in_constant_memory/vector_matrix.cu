// the product reads constant memory, 32 different addresses at a time
#include "ck/check.cuh"
#include "ck/math.cuh"
__constant__ float ca[8192], cb[8192];
template<bool MUL> __global__ void v(const float*x,const float*y,float*z,long long n){ long long i=blockIdx.x*256ll+threadIdx.x; if(i<n) z[i]=MUL?x[i]*y[i]:x[i]+y[i]; }
__global__ void ma(const float*A,const float*B,float*C,int M,int N,int lda,int ldb,int ldc){ int j=blockIdx.x*32+threadIdx.x; for(long long i=blockIdx.y;i<M;i+=gridDim.y) if(j<N) C[i*ldc+j]=A[i*lda+j]+B[i*ldb+j]; }
__global__ void mm(const float*A,const float*B,float*C,int M,int N,int K,int lda,int ldb,int ldc){ long long i=blockIdx.x*32ll+threadIdx.x; int j=blockIdx.y; // x counts rows: every read of A is in another row
  if(i<M) for(;j<N;j+=gridDim.y){ float s=0; for(int q=0;q<K;q++) s+=A[i*lda+q]*B[(long long)q*ldb+j]; C[i*ldc+j]=s; } }
__global__ void mc(float*C,int M,int N,int K,int ldc){ long long i=blockIdx.x*32ll+threadIdx.x; int j=blockIdx.y; if(i<M){ float s=0; for(int q=0;q<K;q++) s+=ca[i*K+q]*cb[q*N+j]; C[i*ldc+j]=s; } }
#define S ((cudaStream_t)s)
extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* s){ if(!n)return 0; v<false><<<(n+255)/256,256,0,S>>>(x,y,z,n); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* s){ if(!n)return 0; v<true><<<(n+255)/256,256,0,S>>>(x,y,z,n); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* s){ if(!M||!N)return 0; ma<<<dim3((N+31)/32,M),32,0,S>>>(A,B,C,M,N,lda,ldb,ldc); CK_CHECK_LAUNCH(); return 0; }
extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* s){ if(!M||!N)return 0;
  if(K&&M*(long long)K<=8192&&K*(long long)N<=8192){ void*pa,*pb; CK_CHECK(cudaGetSymbolAddress(&pa,ca)); CK_CHECK(cudaGetSymbolAddress(&pb,cb));
    CK_CHECK(cudaMemcpy2DAsync(pa,K*4,A,lda*4ll,K*4,M,cudaMemcpyDeviceToDevice,S)); CK_CHECK(cudaMemcpy2DAsync(pb,N*4,B,ldb*4ll,N*4,K,cudaMemcpyDeviceToDevice,S));
    mc<<<dim3((M+31)/32,N),32,0,S>>>(C,M,N,K,ldc); CK_CHECK_LAUNCH(); return 0; }
  mm<<<dim3((M+31)/32,N),32,0,S>>>(A,B,C,M,N,K,lda,ldb,ldc); CK_CHECK_LAUNCH(); return 0; }
