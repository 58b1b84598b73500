// One fault a kernel, chosen by the first argument. A line that must be named ends in the verdict's code: // RACE_WARP
#include "../check.cuh"

__global__ void plain_warp_tree(const float* x, float* sum, int n) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t] + x[t + 64];
  __syncthreads();
  if (t < 32) {
    s[t] += s[t + 32];
    s[t] += s[t + 16];
    s[t] += s[t + 8];
    s[t] += s[t + 4];
    s[t] += s[t + 2];
    s[t] += s[t + 1];  // RACE_WARP (the compiler kept s[t] in a register: this is the only store)
  }
  if (t == 0) *sum = s[0];
}

__device__ void volatile_tail(volatile float* s, int t) {
  s[t] += s[t + 32];
  s[t] += s[t + 16];  // RACE_WARP
  s[t] += s[t + 8];   // RACE_WARP
  s[t] += s[t + 4];   // RACE_WARP
  s[t] += s[t + 2];   // RACE_WARP
  s[t] += s[t + 1];   // RACE_WARP
}

__global__ void volatile_warp_tree(const float* x, float* sum, int n) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  if (t < 32) volatile_tail(s, t);
  if (t == 0) *sum = s[0];
}

__global__ void partial_mask(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  if (t < 24) {
    float v = x[t];
    for (int d = 16; d; d >>= 1) v += __shfl_down_sync(0x00ffffff, v, d);  // UNDEFINED_SHFL
    if (t == 0) *sum = v;
  }
}

__global__ void full_mask_in_a_branch(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  float v = 0;
  if (t % 32 < 20) {
    v = x[t];
    for (int d = 16; d; d >>= 1) v += __shfl_down_sync(0xffffffffu, v, d);  // UNDEFINED_SHFL
  }
  if (t == 0) *sum = v;
}

__global__ void early_return_full_mask(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  if (t >= 40) return;
  float v = x[t];
  for (int d = 16; d; d >>= 1) v += __shfl_down_sync(0xffffffffu, v, d);  // UNDEFINED_SHFL
  if (t % 32 == 0) atomicAdd(sum, v);
}

__global__ void undefined_decides(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  if (t >= 10) return;
  const float other = __shfl_down_sync(0x3ff, x[t], 8);  // UNDEFINED_SHFL
  if (other > 3) atomicAdd(sum, 1.0f);
}

__global__ void barrier_in_a_branch(const float* x, float* sum, int n) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int d = 32; d; d >>= 1)
    if (t < d) {
      s[t] += s[t + d];
      __syncthreads();  // BARRIER_DIVERGENCE
    }
  if (t == 0) *sum = s[0];
}

int main(int count, char** names) {
  const struct {
    const char* name;
    void (*kernel)(const float*, float*, int);
  } all[] = {{"plain_warp_tree", plain_warp_tree},
             {"volatile_warp_tree", volatile_warp_tree},
             {"partial_mask", partial_mask},
             {"full_mask_in_a_branch", full_mask_in_a_branch},
             {"early_return_full_mask", early_return_full_mask},
             {"undefined_decides", undefined_decides},
             {"barrier_in_a_branch", barrier_in_a_branch}};
  float *x, *sum;
  CHECK(cudaMalloc(&x, 128 * sizeof(float)));
  CHECK(cudaMalloc(&sum, sizeof(float)));
  CHECK(cudaMemset(x, 0, 128 * sizeof(float)));
  CHECK(cudaMemset(sum, 0, sizeof(float)));
  for (const auto& each : all) {
    if (count < 2 || std::strcmp(each.name, names[1]) != 0) continue;
    each.kernel<<<1, 64>>>(x, sum, 64);
    std::printf("%s\n", cudaGetErrorName(cudaDeviceSynchronize()));
    return 0;
  }
  return 2;
}
