// In the manner of TensorFlow: the mean of the rows of each segment, on a GPU. Read it; it isn't compiled here.
#if GOOGLE_CUDA
#define EIGEN_USE_GPU

#include "tensorflow/core/kernels/segment_mean_op.h"
#include "tensorflow/core/util/gpu_kernel_helper.h"

namespace tensorflow {

// sums[s][c] <- the sum of in[r][c] over the rows r of segment s; counts[s] <- how many rows it has. Both begin with zeros.
template <typename T, typename Index>
__global__ void SumSegmentsKernel(const int64 rows, const int64 columns, const T* in, const Index* segment_ids, const Index segments,
                                  T* sums, int32* counts) {
  GPU_1D_KERNEL_LOOP(i, rows * columns) {
    const int64 row = i / columns;
    const int64 column = i % columns;
    const Index segment = segment_ids[row];
    if (segment < 0 || segment >= segments) {
      continue;
    }
    GpuAtomicAdd(sums + segment * columns + column, ldg(in + i));
    if (column == 0) {
      counts[segment] += 1;
    }
  }
}

template <typename T>
__global__ void DivideKernel(const int64 segments, const int64 columns, const int32* counts, T* sums) {
  GPU_1D_KERNEL_LOOP(i, segments * columns) {
    const int32 count = counts[i / columns];
    sums[i] = count > 0 ? sums[i] / T(count) : T(0);
  }
}

template <typename T, typename Index>
void SegmentMean<Eigen::GpuDevice, T, Index>::operator()(const Eigen::GpuDevice& d, const int64 rows, const int64 columns, const T* in,
                                                         const Index* segment_ids, const Index segments, T* sums, int32* counts) {
  d.memset(sums, 0, segments * columns * sizeof(T));
  d.memset(counts, 0, segments * sizeof(int32));
  if (rows * columns == 0 || segments == 0) return;
  GpuLaunchConfig config = GetGpuLaunchConfig(rows * columns, d);
  TF_CHECK_OK(GpuLaunchKernel(SumSegmentsKernel<T, Index>, config.block_count, config.thread_per_block, 0, d.stream(), rows, columns, in,
                              segment_ids, segments, sums, counts));
  config = GetGpuLaunchConfig(segments * columns, d);
  TF_CHECK_OK(GpuLaunchKernel(DivideKernel<T>, config.block_count, config.thread_per_block, 0, d.stream(), segments, columns, counts, sums));
}

template struct SegmentMean<Eigen::GpuDevice, float, int32>;
template struct SegmentMean<Eigen::GpuDevice, float, int64>;

}  // namespace tensorflow

#endif  // GOOGLE_CUDA
