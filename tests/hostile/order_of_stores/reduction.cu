// One block reads everything, and 15 others only pass the time. No barrier at all: every warp leaves its value in the workspace with a
// plain store, and the last warp, which happens to run last, reads them.
//@ shared/reduction.h
template <int OP>
__global__ void __launch_bounds__(1024) r(const float* x, void* out, long long n, int rounds, float* sv, long long* si) {
  if (blockIdx.x) return pass_time(rounds);
  const int t = threadIdx.x;
  float v;
  long long id;
  part<OP>(x, n, t, 1024, v, id);
  of_warp<OP>(v, id);
  if (t % 32 == 0) {
    sv[t / 32] = v;
    if (OP == 2) si[t / 32] = id;
  }
  if (t < 992) return;
  v = sv[t - 992];
  if (OP == 2) id = si[t - 992];
  of_warp<OP>(v, id);
  if (t == 992) store<OP>(out, v, id);
}
template <int OP>
static int reduce(const float* x, void* out, long long n, void* workspace, void* stream) {
  long long* indices = (long long*)((char*)workspace + 4096);
  r<OP><<<16, 1024, 0, (cudaStream_t)stream>>>(x, out, n, int(n / 4096 * (OP == 2 ? 10 : 5) / 8), (float*)workspace, indices);
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<0>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<1>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) { return reduce<2>(x, index, n, workspace, stream); }
