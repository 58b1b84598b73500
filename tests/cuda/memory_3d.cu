// Pitched boxes of memory: allocated, filled, copied in whole and in part, up, down and on the device; copies "between" devices.
#include "check.cuh"

constexpr size_t W = 40, H = 5, D = 6;  // bytes, rows, slices

__global__ void mark(cudaPitchedPtr box) {
  unsigned char* slice = static_cast<unsigned char*>(box.ptr) + blockIdx.y * box.pitch * box.ysize;
  slice[blockIdx.x * box.pitch + threadIdx.x] += 1;
}

static unsigned char host[D][H][W], back[D][H][W];

static cudaPitchedPtr whole(void* p) { return make_cudaPitchedPtr(p, W, W, H); }

int main() {
  cudaPitchedPtr box, small;
  CHECK(cudaMalloc3D(&box, make_cudaExtent(W, H, D)));
  EXPECT(box.pitch >= W && box.pitch % 256 == 0 && box.xsize == W && box.ysize == H);
  for (size_t z = 0; z < D; z++)
    for (size_t y = 0; y < H; y++)
      for (size_t x = 0; x < W; x++) host[z][y][x] = static_cast<unsigned char>(z * 40 + y * 7 + x);

  cudaMemcpy3DParms p = {};
  p.srcPtr = whole(host);
  p.dstPtr = box;
  p.extent = make_cudaExtent(W, H, D);
  p.kind = cudaMemcpyHostToDevice;
  CHECK(cudaMemcpy3D(&p));
  mark<<<dim3(H, D), W>>>(box);
  p.srcPtr = box;
  p.dstPtr = whole(back);
  p.kind = cudaMemcpyDeviceToHost;
  CHECK(cudaMemcpy3D(&p));
  for (size_t i = 0; i < sizeof host; i++) EXPECT((&back[0][0][0])[i] == static_cast<unsigned char>((&host[0][0][0])[i] + 1));

  // a part of it, at an offset on both sides
  std::memset(back, 0, sizeof back);
  p.srcPos = make_cudaPos(8, 1, 2);
  p.dstPos = make_cudaPos(3, 2, 1);
  p.extent = make_cudaExtent(10, 3, 4);
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  CHECK(cudaMemcpy3DAsync(&p, stream));
  CHECK(cudaStreamSynchronize(stream));
  for (size_t z = 0; z < D; z++)
    for (size_t y = 0; y < H; y++)
      for (size_t x = 0; x < W; x++) {
        const bool inside = x >= 3 && x < 13 && y >= 2 && y < 5 && z >= 1 && z < 5;
        EXPECT(back[z][y][x] == (inside ? static_cast<unsigned char>(host[z + 1][y - 1][x + 5] + 1) : 0));
      }

  // a column of single rows, and device to device
  CHECK(cudaMalloc3D(&small, make_cudaExtent(W, 1, D)));
  p = {};
  p.srcPtr = box;
  p.srcPos = make_cudaPos(0, 4, 0);
  p.dstPtr = small;
  p.extent = make_cudaExtent(W, 1, D);
  p.kind = cudaMemcpyDeviceToDevice;
  CHECK(cudaMemcpy3D(&p));
  unsigned char rows[D][W];
  CHECK(cudaMemcpy2D(rows, W, small.ptr, small.pitch, W, D, cudaMemcpyDeviceToHost));
  for (size_t z = 0; z < D; z++)
    for (size_t x = 0; x < W; x++) EXPECT(rows[z][x] == static_cast<unsigned char>(host[z][4][x] + 1));

  CHECK(cudaMemset3D(box, 7, make_cudaExtent(W, H, D)));
  CHECK(cudaMemset3DAsync(box, 9, make_cudaExtent(5, 2, 3), stream));
  CHECK(cudaStreamSynchronize(stream));
  p = {};
  p.srcPtr = box;
  p.dstPtr = whole(back);
  p.extent = make_cudaExtent(W, H, D);
  p.kind = cudaMemcpyDefault;
  CHECK(cudaMemcpy3D(&p));
  for (size_t z = 0; z < D; z++)
    for (size_t y = 0; y < H; y++)
      for (size_t x = 0; x < W; x++) EXPECT(back[z][y][x] == (x < 5 && y < 2 && z < 3 ? 9 : 7));

  // one device is both
  char *a, *b, text[8] = "", word[8] = "peer";
  CHECK(cudaMalloc(&a, 8));
  CHECK(cudaMalloc(&b, 8));
  CHECK(cudaMemcpy(a, word, 8, cudaMemcpyHostToDevice));
  CHECK(cudaMemcpyPeer(b, 0, a, 0, 8));
  CHECK(cudaMemset(a, 0, 8));
  CHECK(cudaMemcpyPeerAsync(a, 0, b, 0, 8, stream));
  CHECK(cudaStreamSynchronize(stream));
  CHECK(cudaMemcpy(text, a, 8, cudaMemcpyDeviceToHost));
  EXPECT(!std::strcmp(text, "peer"));
  EXPECT_ERROR(cudaMemcpyPeer(b, 1, a, 0, 8), cudaErrorInvalidDevice);
  cudaMemcpy3DPeerParms peer = {};
  peer.srcPtr = make_cudaPitchedPtr(a, 4, 4, 2);
  peer.dstPtr = make_cudaPitchedPtr(b, 4, 4, 2);
  peer.extent = make_cudaExtent(4, 2, 1);
  CHECK(cudaMemset(b, 0, 8));
  CHECK(cudaMemcpy3DPeer(&peer));
  CHECK(cudaMemcpy3DPeerAsync(&peer, stream));
  CHECK(cudaStreamSynchronize(stream));
  CHECK(cudaMemcpy(text, b, 8, cudaMemcpyDeviceToHost));
  EXPECT(!std::strcmp(text, "peer"));
  peer.dstDevice = 3;
  EXPECT_ERROR(cudaMemcpy3DPeer(&peer), cudaErrorInvalidDevice);

  // refused
  EXPECT_ERROR(cudaMemcpy3D(nullptr), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMalloc3D(nullptr, make_cudaExtent(1, 1, 1)), cudaErrorInvalidValue);
  p.kind = static_cast<cudaMemcpyKind>(9);
  EXPECT_ERROR(cudaMemcpy3D(&p), cudaErrorInvalidMemcpyDirection);
  p.kind = cudaMemcpyDefault;
  p.dstPtr.pitch = W - 1;
  EXPECT_ERROR(cudaMemcpy3D(&p), cudaErrorInvalidPitchValue);
  p.dstPtr.pitch = W;
  p.dstPtr.ysize = H - 1;  // slices would overlap
  EXPECT_ERROR(cudaMemcpy3D(&p), cudaErrorInvalidValue);
  p.extent.depth = 0;
  CHECK(cudaMemcpy3D(&p));
  CHECK(cudaFree(box.ptr));
  CHECK(cudaFree(small.ptr));
  CHECK(cudaFree(a));
  CHECK(cudaFree(b));
  CHECK(cudaStreamDestroy(stream));
  return pass();
}
