// warpgrade-device: the emulated GPU as a process of its own. Student code reaches it only through the runtime library's socket.
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "options.h"
#include "record.h"
#include "server.h"

namespace {

// Written aside and renamed: whoever sees device.json sees all of it.
void write_record(const wg::Options& options, const wg::Recorder& recorder) {
  const std::filesystem::path target = std::filesystem::path(options.record_dir) / "device.json";
  const std::filesystem::path aside = target.string() + ".part";
  std::ofstream file(aside, std::ios::binary | std::ios::trunc);
  file << recorder.to_json(options);
  file.close();
  if (!file) throw std::runtime_error("cannot write " + aside.string());
  std::filesystem::rename(aside, target);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const wg::Options options = wg::parse_options(argc, argv);
    wg::Recorder recorder;
    wg::serve(options, recorder);
    write_record(options, recorder);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "warpgrade-device: %s\n", error.what());
    return 3;
  }
}
