// Kernel templates, functors and a struct passed by value: the parameter block's layout.
#include "check.cuh"

template <class T, int N>
struct Pack {
  char tag;
  T values[N];
  double weight;
};

struct Twice {
  __device__ float operator()(float x) const { return 2.0f * x; }
};

struct Offset {
  float by;
  __device__ float operator()(float x) const { return x + by; }
};

template <class T, int N, class F>
__global__ void apply(char first, Pack<T, N> pack, T* out, short second, F f) {
  const int i = threadIdx.x;
  if (i < N) out[i] = static_cast<T>(f(static_cast<float>(pack.values[i])) * pack.weight) + first + second;
}

template <class T, int N, class F>
static void run(F f, float (*expected)(float)) {
  Pack<T, N> pack{'x', {}, 10.0};
  for (int i = 0; i < N; ++i) pack.values[i] = static_cast<T>(i);
  T* out;
  CHECK(cudaMalloc(&out, N * sizeof(T)));
  apply<T, N, F><<<1, 32>>>(3, pack, out, 4, f);
  CHECK(cudaGetLastError());
  T got[N];
  CHECK(cudaMemcpy(got, out, sizeof got, cudaMemcpyDeviceToHost));
  for (int i = 0; i < N; ++i) EXPECT(got[i] == static_cast<T>(expected(static_cast<float>(i)) * 10.0) + 7);
  CHECK(cudaFree(out));
}

int main() {
  run<float, 5>(Twice{}, [](float x) { return 2.0f * x; });
  run<double, 3>(Offset{0.5f}, [](float x) { return x + 0.5f; });
  run<int, 32>(Offset{1.0f}, [](float x) { return x + 1.0f; });
  run<long long, 7>(Twice{}, [](float x) { return 2.0f * x; });
  return pass();
}
