#include <map>
#include <mutex>
class Cache {
 public:
  void* take(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = free_.lower_bound(bytes);
    if (found != free_.end()) {
      void* block = found->second;
      free_.erase(found);
      return block;
    }
    void* block = nullptr;
    return cudaMalloc(&block, bytes) ? nullptr : block;
  }
  void give(void* block, size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.emplace(bytes, block);
  }

 private:
  std::mutex mutex_;
  std::multimap<size_t, void*> free_;
};
static Cache cache;
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  for (int turn = 0; turn < 3; ++turn) {
    float* part = (float*)cache.take(N * sizeof(float));
    if (!part) return cudaErrorMemoryAllocation;
    scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, part, N, alpha);
    if (turn == 2) cudaMemcpyAsync(Y, part, N * sizeof(float), cudaMemcpyDeviceToDevice, (cudaStream_t)stream);
    cache.give(part, N * sizeof(float));
  }
  return cudaGetLastError();
}
