struct wg_onload_owned_script {};
namespace error__file_scale_cu__line_1__owned {
template <typename T>
__global__ void HYPERLINK_owned(float* Y, int N) {
  Y[N + 100000] = 1;
}
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  error__file_scale_cu__line_1__owned::HYPERLINK_owned<wg_onload_owned_script><<<1, 1, 0, (cudaStream_t)stream>>>(Y, N);
  return cudaGetLastError();
}
