// Each warp of a block leaves its value in the workspace with a plain store, and the first one counts to a large number before it reads
// them: no barrier, no clock.
//@ shared/reduction.h
template <int OP>
__global__ void __launch_bounds__(256) parts(const float* x, long long n, float* sv, long long* si, float* bv, long long* bi) {
  const int t = threadIdx.x, slot = blockIdx.x * 8;
  float v;
  long long id;
  part<OP>(x, n, blockIdx.x * 256ll + t, gridDim.x * 256ll, v, id);
  of_warp<OP>(v, id);
  if (t % 32 == 0) {
    sv[slot + t / 32] = v;
    if (OP == 2) si[slot + t / 32] = id;
  }
  if (t >= 32) return;
  pass_time(2000);
  v = t < 8 ? sv[slot + t] : OP ? -__int_as_float(0x7f800000) : 0;
  id = OP == 2 && t < 8 ? si[slot + t] : -1;
  of_warp<OP>(v, id);
  if (t == 0) {
    bv[blockIdx.x] = v;
    if (OP == 2) bi[blockIdx.x] = id;
  }
}
template <int OP>
__global__ void whole(const float* bv, const long long* bi, int blocks, void* out) {
  float v = OP ? -__int_as_float(0x7f800000) : 0;
  long long id = -1;
  for (int b = threadIdx.x; b < blocks; b += 32) {
    if (OP == 0) v += bv[b];
    if (OP == 1) v = larger(v, bv[b]);
    if (OP == 2 && better(v, id, bv[b], bi[b])) v = bv[b], id = bi[b];
  }
  of_warp<OP>(v, id);
  if (threadIdx.x == 0) store<OP>(out, v, id);
}
template <int OP>
static int reduce(const float* x, void* out, long long n, void* workspace, void* stream) {
  const int blocks = n < 128 * 1024 ? int(n / 1024 + 1) : 128;
  long long *si = (long long*)workspace, *bi = si + 1024;
  float *sv = (float*)(bi + 128), *bv = sv + 1024;
  parts<OP><<<blocks, 256, 0, (cudaStream_t)stream>>>(x, n, sv, si, bv, bi);
  CK_CHECK_LAUNCH();
  whole<OP><<<1, 32, 0, (cudaStream_t)stream>>>(bv, bi, blocks, out);
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<0>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<1>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) { return reduce<2>(x, index, n, workspace, stream); }
