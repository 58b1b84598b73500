// One block reads everything; 15 others execute as many instructions that mean nothing.
//@ shared/reduction.h
template <int OP>
__global__ void __launch_bounds__(1024) r(const float* x, void* out, long long n, int rounds) {
  if (blockIdx.x) return pass_time(rounds);
  __shared__ float sv[32];
  __shared__ long long si[32];
  const int t = threadIdx.x;
  float v;
  long long id;
  part<OP>(x, n, t, 1024, v, id);
  of_warp<OP>(v, id);
  if (t % 32 == 0) sv[t / 32] = v, si[t / 32] = id;
  __syncthreads();
  if (t >= 32) return;
  v = sv[t], id = si[t];
  of_warp<OP>(v, id);
  if (t == 0) store<OP>(out, v, id);
}
template <int OP>
static int reduce(const float* x, void* out, long long n, void*, void* stream) {
  r<OP><<<16, 1024, 0, (cudaStream_t)stream>>>(x, out, n, int(n / 4096 * (OP == 2 ? 10 : 5) / 8));
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<0>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<1>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) { return reduce<2>(x, index, n, workspace, stream); }
