// launch_latency [COUNT]: what a launch costs that does nothing. Prints one line of JSON, in microseconds:
//
//   round_trip_us    from before a launch until the host knows that the kernel is done: what a program pays that waits after each
//   back_to_back_us  for each of COUNT launches in a row, by the card's clock: what is left if nobody waits in between
//   device_us        between two events around one launch: the least that events can tell of any kernel
//
// Every launch adds one to a counter in device memory: exit status 1 if one of them didn't run.
#include <chrono>

#include "probe.cuh"

namespace {

constexpr int REPEATS = 9;
constexpr int ROUND_TRIPS = 50;

__global__ void tick(unsigned long long* ticks) { *ticks += 1; }

}  // namespace

int main(int argc, char** argv) {
  const cudaDeviceProp device = probe::device();
  const int count = int(probe::argument(argc, argv, 1, 1000, 1));
  unsigned long long* ticks = nullptr;
  cudaStream_t stream;
  probe::check(cudaStreamCreate(&stream), "cudaStreamCreate");
  probe::check(cudaMalloc(&ticks, sizeof *ticks), "cudaMalloc");
  probe::check(cudaMemsetAsync(ticks, 0, sizeof *ticks, stream), "cudaMemsetAsync");

  unsigned long long launches = 0;
  const auto launch = [&] {
    tick<<<1, 1, 0, stream>>>(ticks);
    ++launches;
  };
  const double device_ms = probe::median_ms(stream, REPEATS, launch);
  const double row_ms = probe::median_ms(stream, REPEATS, [&] {
    for (int i = 0; i < count; ++i) launch();
  });
  std::vector<double> trips;
  for (int i = 0; i <= ROUND_TRIPS; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    launch();
    probe::check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    if (i > 0) trips.push_back(took.count());
  }
  std::nth_element(trips.begin(), trips.begin() + ROUND_TRIPS / 2, trips.end());
  probe::check(cudaGetLastError(), "launches");

  unsigned long long ran = 0;
  probe::check(cudaMemcpyAsync(&ran, ticks, sizeof ran, cudaMemcpyDeviceToHost, stream), "cudaMemcpyAsync");
  probe::check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  const bool right = ran == launches;
  std::printf(
      "{\"probe\": \"launch_latency\", \"device\": \"%s\", \"launches\": %llu, \"right\": %s, \"round_trip_us\": %.2f, "
      "\"back_to_back_us\": %.2f, \"device_us\": %.2f}\n",
      device.name, launches, right ? "true" : "false", trips[ROUND_TRIPS / 2], 1000 * row_ms / count, 1000 * device_ms);
  cudaFree(ticks);
  cudaStreamDestroy(stream);
  return right ? 0 : 1;
}
