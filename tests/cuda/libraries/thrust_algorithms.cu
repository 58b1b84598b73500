// Thrust: sort, reduce, scan, transform, unique, copy_if, reduce_by_key on device vectors, beside the host's.
#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/functional.h>
#include <thrust/host_vector.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sort.h>
#include <thrust/transform_reduce.h>
#include <thrust/unique.h>

#include <algorithm>
#include <numeric>

#include "check.cuh"

struct Square {
  __host__ __device__ double operator()(int x) const { return double(x) * x; }
};
struct IsOdd {
  __host__ __device__ bool operator()(int x) const { return x & 1; }
};

int main() {
  constexpr int n = 5000;
  thrust::host_vector<int> host(n);
  unsigned state = 7;
  for (int& x : host) x = int((state = state * 1664525u + 1013904223u) >> 12) % 700;
  thrust::device_vector<int> device = host;

  EXPECT(thrust::reduce(device.begin(), device.end()) == std::accumulate(host.begin(), host.end(), 0));
  const double squares = thrust::transform_reduce(device.begin(), device.end(), Square(), 0.0, thrust::plus<double>());
  double wanted = 0;
  for (int x : host) wanted += Square()(x);
  EXPECT(squares == wanted);
  EXPECT(thrust::count_if(device.begin(), device.end(), IsOdd()) == std::count_if(host.begin(), host.end(), IsOdd()));
  EXPECT(*thrust::max_element(device.begin(), device.end()) == *std::max_element(host.begin(), host.end()));

  thrust::device_vector<int> scanned(n);
  thrust::exclusive_scan(device.begin(), device.end(), scanned.begin(), 3);
  thrust::host_vector<int> back = scanned;
  for (int i = 0, sum = 3; i < n; sum += host[i], i++) EXPECT(back[i] == sum);

  thrust::device_vector<int> odd(n);
  const auto end = thrust::copy_if(device.begin(), device.end(), odd.begin(), IsOdd());
  EXPECT(end - odd.begin() == std::count_if(host.begin(), host.end(), IsOdd()));

  thrust::device_vector<int> keys = device, order(n);
  thrust::sequence(order.begin(), order.end());
  thrust::stable_sort_by_key(keys.begin(), keys.end(), order.begin());
  thrust::host_vector<int> sorted = keys, permutation = order;
  for (int i = 0; i < n; i++) EXPECT(sorted[i] == host[permutation[i]] && (i == 0 || sorted[i - 1] <= sorted[i]));

  thrust::device_vector<float> floats(device.begin(), device.end());
  thrust::sort(floats.begin(), floats.end(), thrust::greater<float>());
  EXPECT(std::is_sorted(floats.begin(), floats.end(), [](float a, float b) { return a > b; }));

  thrust::device_vector<int> distinct(n), counts(n);
  const auto ends = thrust::reduce_by_key(keys.begin(), keys.end(), thrust::constant_iterator<int>(1), distinct.begin(), counts.begin());
  const int groups = int(ends.first - distinct.begin());
  EXPECT(thrust::reduce(counts.begin(), counts.begin() + groups) == n);
  keys.erase(thrust::unique(keys.begin(), keys.end()), keys.end());
  EXPECT(int(keys.size()) == groups);
  return pass();
}
