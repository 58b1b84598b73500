// One warp a block and slow ones: no shared memory but a store that nobody reads.
//@ shared/reduction.h
template <int OP>
__global__ void part_of_a_block(const float* x, long long n, float* pv, long long* pi, int rounds) {
  __shared__ volatile int unread[32];
  unread[threadIdx.x] = 1;
  float v;
  long long id;
  part<OP>(x, n, blockIdx.x * 32ll + threadIdx.x, gridDim.x * 32ll, v, id);
  pass_time(rounds);
  of_warp<OP>(v, id);
  if (threadIdx.x == 0) pv[blockIdx.x] = v, pi[blockIdx.x] = id;
}
template <int OP>
__global__ void together(const float* pv, const long long* pi, int blocks, void* out) {
  float v = OP == 0 ? 0 : -__int_as_float(0x7f800000);
  long long id = -1;
  for (int b = threadIdx.x; b < blocks; b += 32) {
    if (OP == 0) v += pv[b];
    if (OP == 1) v = larger(v, pv[b]);
    if (OP == 2 && better(v, id, pv[b], pi[b])) v = pv[b], id = pi[b];
  }
  of_warp<OP>(v, id);
  if (threadIdx.x == 0) store<OP>(out, v, id);
}
template <int OP>
static int reduce(const float* x, void* out, long long n, void* workspace, void* stream) {
  long long* pi = (long long*)workspace;
  float* pv = (float*)(pi + 128);
  part_of_a_block<OP><<<128, 32, 0, (cudaStream_t)stream>>>(x, n, pv, pi, int(n / 4096 * 12));
  CK_CHECK_LAUNCH();
  together<OP><<<1, 32, 0, (cudaStream_t)stream>>>(pv, pi, 128, out);
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<0>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) { return reduce<1>(x, result, n, workspace, stream); }
extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) { return reduce<2>(x, index, n, workspace, stream); }
