// Runs one kernel of a PTX file for tests of a cross build, where there is no Python module: ptx-run JOB ANSWER.
// A job is, little endian: u32 bytes of PTX, the PTX; u32 bytes of the kernel's name, the name; u32 blocks, threads, host threads, checks;
// u32 buffers, each u32 bytes and its content; u32 bytes that follow the buffers' addresses among the parameters, these.
// The answer: i32 error, u32 findings, f64 thread instructions, then the buffers' contents.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gpu.h"

namespace {

class Reader {
 public:
  explicit Reader(const char* path) {
    std::ifstream in(path, std::ios::binary);
    all_.assign(std::istreambuf_iterator<char>(in), {});
  }
  uint32_t number() {
    uint32_t n;
    std::memcpy(&n, take(4), 4);
    return n;
  }
  std::string text() {
    const uint32_t n = number();
    return std::string(take(n), n);
  }

 private:
  const char* take(size_t n) {
    if (all_.size() - at_ < n) std::fputs("the job is cut off\n", stderr), std::exit(2);
    at_ += n;
    return all_.data() + at_ - n;
  }
  std::string all_;
  size_t at_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("ptx-run JOB ANSWER\n", stderr), 2;
  Reader job(argv[1]);
  const std::string ptx = job.text(), kernel = job.text();
  const uint32_t blocks = job.number(), threads = job.number();
  wg::LaunchOptions options;
  options.threads = job.number();
  options.checks = job.number();
  options.max_block_instructions = 1 << 22;
  wg::Memory memory(64 << 20);
  std::string parameters;
  std::vector<wg::Allocation*> buffers(job.number());
  for (size_t i = 0; i < buffers.size(); ++i) {
    const std::string content = job.text();
    buffers[i] = memory.allocate(content.size(), wg::AllocationKind::device, "buffer");
    std::memcpy(reinterpret_cast<void*>(buffers[i]->base), content.data(), content.size());
    memory.mark_written(buffers[i]->base, content.size());
    parameters.append(reinterpret_cast<const char*>(&buffers[i]->base), 8);
  }
  parameters += job.text();
  try {
    wg::Program program(ptx, memory);
    if (!program.find_kernel(kernel)) return std::fputs("no such kernel\n", stderr), 2;
    const wg::LaunchResult result = wg::launch(program, kernel, {blocks}, {threads}, 0, parameters.data(), memory, options);
    std::ofstream out(argv[2], std::ios::binary);
    const int32_t error = result.error;
    const auto findings = static_cast<uint32_t>(result.findings.size());
    const double executed = result.metrics.at("smsp__thread_inst_executed.sum");
    out.write(reinterpret_cast<const char*>(&error), 4);
    out.write(reinterpret_cast<const char*>(&findings), 4);
    out.write(reinterpret_cast<const char*>(&executed), 8);
    for (const wg::Allocation* b : buffers) out.write(reinterpret_cast<const char*>(b->base), static_cast<std::streamsize>(b->bytes));
  } catch (const wg::ptx::LoadError& error) {
    std::fprintf(stderr, "line %u: %s\n", error.ptx_line, error.what());
    return 1;
  }
  return 0;
}
