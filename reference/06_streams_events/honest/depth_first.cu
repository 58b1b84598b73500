// C++ with a small scheduler: a table of events says for each buffer what used it last, and every operation waits for that.
#include <algorithm>
#include <memory>
#include <vector>

namespace {

struct Error {
  cudaError_t code;
};
void must(cudaError_t code) {
  if (code != cudaSuccess) throw Error{code};
}

struct DestroyStream {
  using pointer = cudaStream_t;
  void operator()(cudaStream_t s) const { cudaStreamDestroy(s); }
};
struct DestroyEvent {
  using pointer = cudaEvent_t;
  void operator()(cudaEvent_t e) const { cudaEventDestroy(e); }
};
using Stream = std::unique_ptr<cudaStream_t, DestroyStream>;
using Event = std::unique_ptr<cudaEvent_t, DestroyEvent>;

Stream make_stream() {
  cudaStream_t s;
  must(cudaStreamCreateWithPriority(&s, cudaStreamNonBlocking, 0));
  return Stream(s);
}
Event make_event(unsigned flags = cudaEventDisableTiming) {
  cudaEvent_t e;
  must(cudaEventCreateWithFlags(&e, flags));
  return Event(e);
}

// What was done last in some place; whoever comes next waits for it.
class Last {
 public:
  void wait(cudaStream_t s) const {
    if (event_) must(cudaStreamWaitEvent(s, event_.get(), 0));
  }
  void was(cudaStream_t s) {
    if (!event_) event_ = make_event();
    must(cudaEventRecord(event_.get(), s));
  }
  void host() const {
    if (event_) must(cudaEventSynchronize(event_.get()));
  }

 private:
  Event event_;
};

__global__ void apply(const float* from, float* to, long long count) {
  for (long long k = blockIdx.x * (long long)blockDim.x + threadIdx.x; k < count; k += (long long)gridDim.x * blockDim.x) to[k] = ck_shape(from[k]);
}

template <class F>
int caught(F work) {
  try {
    work();
  } catch (const Error& error) { return error.code; }
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* workspace, void* stream) {
  return caught([=] {
    if (n == 0) return;
    const auto caller = static_cast<cudaStream_t>(stream);
    const Stream up = make_stream(), work = make_stream(), down = make_stream();
    Last begin, a[3], b[3], end[3];
    begin.was(caller);
    for (const Stream* s : {&up, &work, &down}) begin.wait(s->get());
    const long long chunks = (n + chunk - 1) / chunk;
    for (long long c = 0; c < chunks; ++c) {
      const long long from = c * chunk, count = std::min(chunk, n - from);
      const int i = int(c % 3);
      float* const d_in = workspace + i * chunk;
      float* const d_out = workspace + (3 + i) * chunk;
      a[i].wait(up.get());
      must(cudaMemcpyAsync(d_in, in + from, count * sizeof(float), cudaMemcpyDefault, up.get()));
      a[i].was(up.get());
      a[i].wait(work.get());
      b[i].wait(work.get());
      apply<<<unsigned(std::min<long long>((count + 63) / 64, 1024)), 64, 0, work.get()>>>(d_in, d_out, count);
      must(cudaGetLastError());
      a[i].was(work.get());
      b[i].was(work.get());
      b[i].wait(down.get());
      must(cudaMemcpyAsync(out + from, d_out, count * sizeof(float), cudaMemcpyDefault, down.get()));
      b[i].was(down.get());
    }
    int i = 0;
    for (const Stream* s : {&up, &work, &down}) {
      end[i].was(s->get());
      end[i++].wait(caller);
    }
  });
}

extern "C" int ck_feed(const float* in, float* device, long long n, long long chunk, float* staging, void* stream) {
  return caught([=] {
    const auto s = static_cast<cudaStream_t>(stream);
    Last used[2];
    for (long long from = 0, turn = 0; from < n; from += chunk, turn ^= 1) {
      const long long count = std::min(chunk, n - from);
      used[turn].host();
      std::copy_n(in + from, count, staging + turn * chunk);
      must(cudaMemcpyAsync(device + from, staging + turn * chunk, count * sizeof(float), cudaMemcpyHostToDevice, s));
      used[turn].was(s);
    }
  });
}

extern "C" int ck_time_upload(const float* in, float* device, long long n, float* ms, void* stream) {
  return caught([=] {
    const auto s = static_cast<cudaStream_t>(stream);
    const Event before = make_event(cudaEventDefault), after = make_event(cudaEventBlockingSync);
    must(cudaEventRecord(before.get(), s));
    must(cudaMemcpyAsync(device, in, n * sizeof(float), cudaMemcpyHostToDevice, s));
    must(cudaEventRecord(after.get(), s));
    while (cudaEventQuery(after.get()) == cudaErrorNotReady) {}
    must(cudaEventElapsedTime(ms, before.get(), after.get()));
  });
}
