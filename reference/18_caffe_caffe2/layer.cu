// BEGIN SOLUTION layer.cu: the GPU half of the layer. The contract stands in ck/caffe.h, the hand-out in README.md.
// The reference: a thread for each number of y and of dx, and a block for each channel that sums its dscale.
// END SOLUTION
#include "ck/check.cuh"

namespace {

// BEGIN SOLUTION TODO: your kernels. Which number of x belongs to number i of y, and which numbers of x belong to none?
struct Shape {
  int C, H, W, crop_h, crop_w;
  __host__ __device__ int h() const { return H - 2 * crop_h; }
  __host__ __device__ int w() const { return W - 2 * crop_w; }
};

// Number i of y -> the number of x that it is made of.
__device__ int source(const Shape& s, int i) {
  const int column = i % s.w(), row = i / s.w() % s.h(), plane = i / (s.w() * s.h());
  return (plane * s.H + row + s.crop_h) * s.W + column + s.crop_w;
}

__global__ void forward(const float* x, const float* scale, float* y, int count, Shape s) {
  CUDA_KERNEL_LOOP(i, count) y[i] = scale[i / (s.w() * s.h()) % s.C] * x[source(s, i)];
}

__global__ void backward_data(const float* dy, const float* scale, float* dx, int count, Shape s) {
  CUDA_KERNEL_LOOP(i, count) {
    const int column = i % s.W - s.crop_w, row = i / s.W % s.H - s.crop_h, plane = i / (s.W * s.H);
    const bool inside = row >= 0 && row < s.h() && column >= 0 && column < s.w();
    dx[i] = inside ? scale[plane % s.C] * dy[(plane * s.h() + row) * s.w() + column] : 0.0f;
  }
}

// Block c sums channel c, over all images.
__global__ void __launch_bounds__(CAFFE_CUDA_NUM_THREADS) backward_scale(const float* x, const float* dy, float* dscale, int N, Shape s) {
  __shared__ float part[CAFFE_CUDA_NUM_THREADS];
  const int c = blockIdx.x, size = s.h() * s.w();
  float sum = 0.0f;
  for (int k = threadIdx.x; k < N * size; k += blockDim.x) {
    const int i = (k / size * s.C + c) * size + k % size;
    sum += x[source(s, i)] * dy[i];
  }
  part[threadIdx.x] = sum;
  for (int distance = blockDim.x / 2; distance > 0; distance /= 2) {
    __syncthreads();
    if (threadIdx.x < distance) part[threadIdx.x] += part[threadIdx.x + distance];
  }
  if (threadIdx.x == 0) dscale[c] += part[0];
}
// END SOLUTION

}  // namespace

extern "C" int ck_scaled_crop_forward(const float* x, const float* scale, float* y, int N, int C, int H, int W, int crop_h, int crop_w,
                                      void* stream) {
  // BEGIN SOLUTION TODO: how many numbers has y? A grid may not be empty. Write CK_CHECK_LAUNCH(); behind a launch.
  const Shape s{C, H, W, crop_h, crop_w};
  const int count = N * C * s.h() * s.w();
  if (count == 0) return cudaSuccess;
  forward<<<CAFFE_GET_BLOCKS(count), CAFFE_CUDA_NUM_THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, scale, y, count, s);
  CK_CHECK_LAUNCH();
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_scaled_crop_backward(const float* x, const float* scale, const float* dy, float* dx, float* dscale, int N, int C, int H,
                                       int W, int crop_h, int crop_w, int propagate_down, void* stream) {
  // BEGIN SOLUTION TODO: two results, with two rules. Which of them does propagate_down speak of?
  const Shape s{C, H, W, crop_h, crop_w};
  if (propagate_down && N * C * H * W > 0) {
    backward_data<<<CAFFE_GET_BLOCKS(N * C * H * W), CAFFE_CUDA_NUM_THREADS, 0, static_cast<cudaStream_t>(stream)>>>(
        dy, scale, dx, N * C * H * W, s);
    CK_CHECK_LAUNCH();
  }
  if (N * C * s.h() * s.w() > 0) {
    backward_scale<<<C, CAFFE_CUDA_NUM_THREADS, 0, static_cast<cudaStream_t>(stream)>>>(x, dy, dscale, N, s);
    CK_CHECK_LAUNCH();
  }
  // END SOLUTION
  return cudaSuccess;
}
