// Pitched copies and memsets, small (in the message) and large (through the staging pages), and copies within the device.
#include <vector>
#include "check.cuh"

static void run(int width, int height) {
  const int host_pitch = width + 3;
  std::vector<unsigned char> up(host_pitch * height), down(host_pitch * height, 0xEE);
  for (size_t i = 0; i < up.size(); ++i) up[i] = static_cast<unsigned char>(i * 31 + i / 255);
  unsigned char *first, *second;
  size_t pitch = 0;
  CHECK(cudaMallocPitch(&first, &pitch, width, height));
  EXPECT(pitch >= static_cast<size_t>(width));
  CHECK(cudaMalloc(&second, size_t(width) * height));
  CHECK(cudaMemcpy2D(first, pitch, up.data(), host_pitch, width, height, cudaMemcpyHostToDevice));
  CHECK(cudaMemcpy2D(second, width, first, pitch, width, height, cudaMemcpyDeviceToDevice));
  CHECK(cudaMemset2D(first, pitch, 0x11, width - 1, height));
  CHECK(cudaMemcpy2D(down.data(), host_pitch, second, width, width, height, cudaMemcpyDefault));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < host_pitch; ++x) EXPECT(down[y * host_pitch + x] == (x < width ? up[y * host_pitch + x] : 0xEE));
  }
  CHECK(cudaMemcpy2D(down.data(), host_pitch, first, pitch, width, height, cudaMemcpyDeviceToHost));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) EXPECT(down[y * host_pitch + x] == (x < width - 1 ? 0x11 : up[y * host_pitch + x]));
  }
  CHECK(cudaFree(first));
  CHECK(cudaFree(second));
}

int main() {
  run(37, 11);
  run(5003, 1999);  // 10 MB: more than the staging pages hold at once
  EXPECT_ERROR(cudaMemcpy2D(nullptr, 4, nullptr, 8, 8, 2, cudaMemcpyHostToDevice), cudaErrorInvalidPitchValue);
  cudaGetLastError();
  return pass();
}
