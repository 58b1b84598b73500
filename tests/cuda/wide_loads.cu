// Vectors of small types, long long and structs in global, shared, constant and local memory, by value as parameters, through function
// pointers and virtual functions.
#include <cstdint>

#include "check.cuh"

constexpr int kThreads = 96;

struct Mixed {
  char c;
  short s;
  int i;
  long long l;
  double d;
  float3 f;
};
struct alignas(16) Big {
  long long part[4];
};

__constant__ ushort4 table[kThreads];
__constant__ double scale = 1.5;
__device__ uchar4 bytes[kThreads];
__device__ short2 shorts[kThreads];

__device__ int twice(int x) { return 2 * x; }
__device__ int negated(int x) { return -x; }
__device__ int (*const functions[2])(int) = {twice, negated};

struct Shape {
  __device__ virtual ~Shape() {}
  __device__ virtual int area() const = 0;
};
struct Square : Shape {
  int side;
  __device__ explicit Square(int s) : side(s) {}
  __device__ int area() const override { return side * side; }
};
struct Oblong : Shape {
  int a, b;
  __device__ Oblong(int x, int y) : a(x), b(y) {}
  __device__ int area() const override { return a * b; }
};

__device__ __noinline__ Mixed changed(Mixed m, Big b) {
  m.c = char(m.c + 1);
  m.s = short(m.s * 2);
  m.i ^= 0x55;
  m.l += b.part[2];
  m.d *= scale;
  m.f.z = float(b.part[3]);
  return m;
}

__device__ __noinline__ int depth(int n) { return n == 0 ? 0 : 1 + depth(n - 1); }

__global__ void vectors(long long* out) {
  const int i = threadIdx.x;
  __shared__ uchar4 s4[kThreads];
  __shared__ short2 s2[kThreads];
  __shared__ longlong2 l2[kThreads];
  bytes[i] = make_uchar4(uint8_t(i), uint8_t(2 * i), uint8_t(3 * i), uint8_t(255 - i));
  shorts[i] = make_short2(short(-i), short(i * 300));
  s4[i] = bytes[i];
  s2[i] = shorts[i];
  l2[i] = make_longlong2((long long)i << 40, -i);
  __syncthreads();
  const int j = kThreads - 1 - i;
  const uchar4 b = s4[j];
  const short2 s = s2[j];
  const longlong2 l = l2[j];
  const ushort4 t = table[i];
  long long local[16];
  for (int k = 0; k < 16; k++) local[(k + i) % 16] = k * l.y;
  out[4 * i] = b.x + 256 * b.y + 65536 * b.z + 16777216ll * b.w + s.x + s.y;
  out[4 * i + 1] = l.x + local[j % 16];
  out[4 * i + 2] = t.x + t.y + t.z + t.w;
  out[4 * i + 3] = functions[i % 2](i) + depth(i % 5);
}

__global__ void values(Mixed m, Big b, Mixed* out, const __grid_constant__ Big constant, int* areas) {
  out[threadIdx.x] = changed(m, b);
  const long long* p = &constant.part[threadIdx.x % 4];
  out[threadIdx.x].i = int(*p);
  Shape* shape = threadIdx.x % 2 ? static_cast<Shape*>(new Square(int(threadIdx.x))) : new Oblong(int(threadIdx.x), 10);
  areas[threadIdx.x] = shape->area();
  delete shape;
}

int main() {
  static ushort4 filled[kThreads];
  for (int i = 0; i < kThreads; i++) filled[i] = make_ushort4(uint16_t(i), uint16_t(60000 + i), 1, 2);
  CHECK(cudaMemcpyToSymbol(table, filled, sizeof filled));
  long long* out;
  static long long host[4 * kThreads];
  CHECK(cudaMalloc(&out, sizeof host));
  vectors<<<1, kThreads>>>(out);
  CHECK(cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
  for (int i = 0; i < kThreads; i++) {
    const int j = kThreads - 1 - i;
    const long long want = uint8_t(j) + 256 * uint8_t(2 * j) + 65536 * uint8_t(3 * j) + 16777216ll * uint8_t(255 - j) - j + short(j * 300);
    EXPECT(host[4 * i] == want);
    EXPECT(host[4 * i + 1] == ((long long)j << 40) + (long long)((j % 16 - i % 16 + 32) % 16) * -j);
    EXPECT(host[4 * i + 2] == i + 60000 + i + 3);
    EXPECT(host[4 * i + 3] == (i % 2 ? -i : 2 * i) + i % 5);
  }
  Mixed m{'a', 300, 7, 1ll << 50, 2.0, make_float3(1, 2, 3)}, *results;
  Big b{{1, 2, 3, 4}}, constant{{10, 20, 30, 40}};
  int* areas;
  CHECK(cudaMallocManaged(&results, kThreads * sizeof *results));
  CHECK(cudaMallocManaged(&areas, kThreads * sizeof *areas));
  values<<<1, kThreads>>>(m, b, results, constant, areas);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < kThreads; i++) {
    const Mixed& r = results[i];
    EXPECT(r.c == 'b' && r.s == 600 && r.i == 10 * (i % 4 + 1) && r.l == (1ll << 50) + 3 && r.d == 3.0 && r.f.x == 1 && r.f.z == 4);
    EXPECT(areas[i] == (i % 2 ? i * i : 10 * i));
  }
  CHECK(cudaFree(out));
  CHECK(cudaFree(results));
  CHECK(cudaFree(areas));
  return pass();
}
