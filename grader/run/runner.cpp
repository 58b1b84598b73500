// warpgrade-runner JOB: does a job's commands in order. Enters: a job file, raw input files, a student's shared object. Leaves: what the
// device records (marks, copies, launches), raw outputs on request, an exit status. The job language is pinned in
// docs/design/internal-contracts.md.
//
// The judge believes nothing that this process says, as student code lives in it from `load` on; it believes the device. The exit statuses
// and messages here serve explanation only.
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "card.h"
#include "cuda_api.h"

namespace {

enum Status : int { kDone = 0, kNotLoadable = 10, kNoEntry = 11, kMalformed = 12, kRuntimeFailed = 13 };

constexpr size_t kMaxWords = 32;  // integers and pointers of one call
constexpr size_t kMaxFloats = 8;  // floating-point arguments: all in registers, so that the stack holds words only, in order

struct Failure {
  Status status;
  std::string message;
};

// Where a buffer lies. Ordinary memory of the program's is pageable; the device reaches the other two kinds of host memory by itself.
enum class Memory { device, pageable, pinned, managed };

struct Buffer {
  void* address = nullptr;
  size_t bytes = 0;
  Memory memory = Memory::device;
  void* mirror = nullptr;  // on the device: host memory goes through it into the record
};

struct Words {
  uint64_t word[kMaxWords] = {};
  double floating[kMaxFloats] = {};
  size_t words = 0, floats = 0;
};

using Line = std::vector<std::string>;

[[noreturn]] void malformed(const std::string& message) { throw Failure{kMalformed, message}; }

void check(cudaError_t error, const std::string& what) {
  if (error != 0) throw Failure{kRuntimeFailed, what + ": " + cudaGetErrorName(error) + " (" + std::to_string(error) + ")"};
}

card::Card the_card;

// Tells the device which command is being done: the emulated one through its runtime library, a real GPU's card process over the socket,
// where it may make us wait.
void mark(const std::string& phase, bool wait = true) {
  using Mark = void (*)(const char*);
  static const Mark function = reinterpret_cast<Mark>(dlsym(RTLD_DEFAULT, "warpgradeMark"));
  if (function) function(phase.c_str());
  if (!the_card) return;
  const bool heard = wait ? the_card.ask("mark " + phase) : the_card.note("note " + phase);
  if (!heard) throw Failure{kRuntimeFailed, "the card process has gone"};
}

uint64_t parse_count(const std::string& text) {
  char* end = nullptr;
  errno = 0;
  const unsigned long long value = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || text[0] == '-' || *end || errno) malformed("not a count: " + text);
  return value;
}

std::vector<Line> read_job(const char* path) {
  FILE* file = std::fopen(path, "r");
  if (!file) malformed(std::string(path) + ": " + std::strerror(errno));
  std::vector<Line> lines;
  Line words;
  std::string word;
  for (int c = 0; (c = std::fgetc(file)) != EOF;) {
    if (c != ' ' && c != '\n') {
      word += char(c);
      continue;
    }
    if (!word.empty()) words.push_back(std::exchange(word, {}));
    if (c == '\n' && !words.empty()) lines.push_back(std::exchange(words, {}));
  }
  std::fclose(file);
  if (!word.empty() || !words.empty()) malformed("the last line has no end: the job is cut off");
  return lines;
}

std::vector<char> read_file(const std::string& path, size_t bytes) {
  std::vector<char> data(bytes);
  FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) malformed(path + ": " + std::strerror(errno));
  const size_t got = std::fread(data.data(), 1, bytes, file);
  const bool longer = std::fgetc(file) != EOF;
  std::fclose(file);
  if (got != bytes || longer) malformed(path + " doesn't hold " + std::to_string(bytes) + " bytes");
  return data;
}

void write_file(const std::string& path, const std::vector<char>& data) {
  FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) malformed(path + ": " + std::strerror(errno));
  const bool complete = std::fwrite(data.data(), 1, data.size(), file) == data.size();
  if (std::fclose(file) != 0 || !complete) malformed(path + ": can't be written");
}

class Runner {
 public:
  // One command. False ends the job early: the device is in an error state that no later call can leave.
  bool run(const Line& line) {
    const std::string& verb = line[0];
    const auto words = [&](size_t least, size_t most) {
      if (line.size() < least + 1 || line.size() > most + 1) malformed("wrong number of words for " + verb);
    };
    if (verb == "card") {
      words(0, 0);
      const char* path = std::getenv("WARPGRADE_CARD");
      meet(path ? path : "");
    } else if (verb == "open") {
      words(2, 2);
      mark("setup");
      open(line[1], parse_count(line[2]));
    } else if (verb == "beat") {
      words(1, 1);
      for (uint64_t left = parse_count(line[1]); left > 0; --left) beat();
    } else if (verb == "alloc") {
      words(2, 4);
      mark("setup");
      int use = 0;
      size_t offset = 0;
      for (size_t i = 3; i < line.size(); ++i) {
        if (line[i] == "in") use = kInput;
        else if (line[i] == "out") use = kOutput;
        else if (line[i].rfind("at:", 0) == 0) offset = parse_count(line[i].substr(3));
        else malformed("neither `in` nor `out` nor `at:BYTES`: " + line[i]);
      }
      alloc(line[1], parse_count(line[2]), use, offset);
    } else if (verb == "upload") {
      words(2, 3);
      mark("setup");
      Buffer part = buffer(line[1]);
      if (line.size() == 4) {
        const std::vector<size_t> at = numbers(line[3], "at", 2);
        if (at[0] > part.bytes || at[1] > part.bytes - at[0]) malformed("beyond the buffer: " + line[3]);
        if (part.memory != Memory::device) malformed("a part of host memory");
        part = {static_cast<char*>(part.address) + at[0], at[1]};
      }
      upload(part, line[2]);
    } else if (verb == "host") {
      words(3, 4);
      mark("setup");
      if (line.size() == 5 && line[4] != "in") malformed("not `in`: " + line[4]);
      host(line[1], line[2], parse_count(line[3]), line.size() == 5);
    } else if (verb == "copy") {
      words(2, 2);
      mark("setup");
      copy(buffer(line[1]), buffer(line[2]));
    } else if (verb == "feed") {
      words(2, 2);
      mark("setup");
      feed(buffer(line[1]), buffer(line[2]));
    } else if (verb == "load") {
      words(2, 2);
      mark("load");
      load(line[1], line[2]);
    } else if (verb == "call") {
      words(1, kMaxWords + kMaxFloats + 1);
      return call(line);
    } else if (verb == "download") {
      words(2, 3);
      mark("download:" + line[1] + "." + line[2]);
      if (line.size() == 4 && line[3].rfind("rows:", 0) == 0) download_rows(buffer(line[1]), numbers(line[3], "rows", 3));
      else download(buffer(line[1]), line.size() == 4 ? line[3] : "");
    } else {
      malformed("unknown command " + verb);
    }
    return true;
  }

 private:
  const Buffer& buffer(const std::string& name) const {
    const auto found = buffers_.find(name);
    if (found == buffers_.end()) malformed("unknown buffer " + name);
    return found->second;
  }

  // The buffer begins `offset` bytes behind the allocation: a pointer that is aligned no better than its type asks.
  void alloc(const std::string& name, size_t bytes, int use, size_t offset) {
    if (buffers_.count(name)) malformed("buffer " + name + " exists already");
    Buffer made{nullptr, bytes};
    check(cudaMalloc(&made.address, bytes ? offset + bytes : 0), "cudaMalloc of " + name);
    tell_name(made, name, use);
    if (bytes) made.address = static_cast<char*>(made.address) + offset;
    buffers_[name] = made;
  }

  static constexpr int kInput = 1, kOutput = 2;  // what warpgradeName is told: only to be read; without values of its own

  static void tell_name(const Buffer& made, const std::string& name, int use) {
    using Name = cudaError_t (*)(void*, const char*, int);
    static const Name tell = reinterpret_cast<Name>(dlsym(RTLD_DEFAULT, "warpgradeName"));
    const cudaError_t told = tell && made.bytes ? tell(made.address, name.c_str(), use) : 0;
    if (told != cudaErrorNotSupported) check(told, "naming of " + name);  // a device where some program is loaded takes no names
  }

  // Host memory, and its mirror on the device: what it holds after a call reaches the record like any other buffer.
  void host(const std::string& name, const std::string& kind, size_t bytes, bool input) {
    if (buffers_.count(name)) malformed("buffer " + name + " exists already");
    Buffer made{nullptr, bytes};
    if (kind == "pageable") {
      made.memory = Memory::pageable;
      made.address = fenced(bytes);
    } else if (kind == "pinned") {
      made.memory = Memory::pinned;
      check(cudaHostAlloc(&made.address, bytes, cudaHostAllocDefault), "cudaHostAlloc of " + name);
      tell_name(made, name, input);
    } else if (kind == "managed") {
      made.memory = Memory::managed;
      if (bytes) check(cudaMallocManaged(&made.address, bytes, cudaMemAttachGlobal), "cudaMallocManaged of " + name);
      tell_name(made, name, input);
    } else {
      malformed("no kind of host memory: " + kind);
    }
    check(cudaMalloc(&made.mirror, bytes), "cudaMalloc for " + name);
    buffers_[name] = made;
  }

  // Memory that ends where a page ends that nobody may touch: what reads or writes beyond faults there and then.
  static void* fenced(size_t bytes) {
    constexpr size_t kPage = 4096;
    const size_t room = (bytes + kPage - 1) / kPage * kPage;
    void* at = mmap(nullptr, room + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw Failure{kRuntimeFailed, "no memory for a host buffer"};
    mprotect(static_cast<char*>(at) + room, kPage, PROT_NONE);
    return static_cast<char*>(at) + (room - bytes);
  }

  // From here on each mark waits for the card process, which owns the buffers, loads them before a call and looks at them after it.
  void meet(const std::string& path) {
    if (!the_card.connect(path)) throw Failure{kRuntimeFailed, "can't reach the card process at " + path};
    const int descriptor = the_card.pool();
    if (descriptor < 0) throw Failure{kRuntimeFailed, "the card process has sent no memory pool"};
    void* handle = reinterpret_cast<void*>(static_cast<intptr_t>(descriptor));
    check(cudaMemPoolImportFromShareableHandle(&pool_, handle, cudaMemHandleTypePosixFileDescriptor, 0), "import of the card's memory");
    close(descriptor);
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    check(cudaEventCreate(&start_), "cudaEventCreate");
    check(cudaEventCreate(&end_), "cudaEventCreate");
  }

  void open(const std::string& name, size_t bytes) {
    if (!the_card) malformed("open before card");
    if (buffers_.count(name)) malformed("buffer " + name + " exists already");
    cudaMemPoolPtrExportData data;
    uint64_t offset = 0;
    if (!the_card.open(name, &data, &offset)) throw Failure{kRuntimeFailed, "the card process has no buffer " + name};
    Buffer made{nullptr, bytes};
    check(cudaMemPoolImportPointer(&made.address, pool_, &data), "import of " + name);
    made.address = static_cast<char*>(made.address) + offset;
    buffers_[name] = made;
  }

  // A call of nothing: what the conversation itself costs, measured while no student code is here.
  void beat() {
    if (!the_card) malformed("beat before card");
    mark("beat");
    check(cudaEventRecord(start_, stream_), "cudaEventRecord");
    check(cudaEventRecord(end_, stream_), "cudaEventRecord");
    check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    mark("beaten");
  }

  // The emulated device fetches the file itself, so that nothing of the inputs is in this process when student code enters it.
  void upload(const Buffer& to, const std::string& path) {
    using Upload = cudaError_t (*)(void*, size_t, const char*);
    static const Upload function = reinterpret_cast<Upload>(dlsym(RTLD_DEFAULT, "warpgradeUpload"));
    if (to.bytes == 0) return;
    void* const target = to.memory == Memory::pageable ? to.mirror : to.address;
    const cudaError_t error = function ? function(target, to.bytes, path.c_str()) : int{cudaErrorNotSupported};
    if (error == cudaErrorNotSupported) {
      const std::vector<char> data = read_file(path, to.bytes);
      check(cudaMemcpy(target, data.data(), to.bytes, cudaMemcpyHostToDevice), "upload of " + path);
    } else {
      check(error, "upload of " + path);
    }
    if (target == to.mirror) check(cudaMemcpy(to.address, to.mirror, to.bytes, cudaMemcpyDeviceToHost), "upload of " + path);
  }

  void copy(const Buffer& to, const Buffer& from) {
    if (to.bytes != from.bytes) malformed("copy between buffers of different sizes");
    if (to.memory != Memory::device) {
      if (to.bytes) std::memcpy(to.address, from.address, to.bytes);
      return;
    }
    if (to.bytes) check(cudaMemcpy(to.address, from.address, to.bytes, cudaMemcpyDeviceToDevice), "copy");
    check(cudaDeviceSynchronize(), "copy");  // such a copy may return before it is done, and our stream waits for none
  }

  // Pinned memory gets its values from the device, in our stream, and nobody waits: what doesn't come after that there comes too early.
  void feed(const Buffer& to, const Buffer& from) {
    if (to.bytes != from.bytes || to.memory != Memory::pinned || from.memory != Memory::device) malformed("feed is from device to pinned");
    open_stream();
    if (to.bytes) check(cudaMemcpyAsync(to.address, from.address, to.bytes, cudaMemcpyDeviceToHost, stream_), "feed");
  }

  void open_stream() {
    if (!stream_) check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  }

  void load(const std::string& path, const std::string& name) {
    if (entry_) malformed("a second load");
    open_stream();
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Failure{kNotLoadable, dlerror()};
    entry_ = dlsym(library, name.c_str());
    if (!entry_) throw Failure{kNoEntry, name + " is not in " + path};
  }

  bool call(const Line& line) {
    if (!entry_) malformed("a call before load");
    Words arguments;
    for (size_t i = 2; i < line.size(); ++i) put(arguments, line[i]);
    hand_over(line);
    mark("call:" + line[1]);
    if (the_card) cudaEventRecord(start_, stream_);
    const int code = invoke(arguments);
    if (the_card) cudaEventRecord(end_, stream_);
    mark("return:" + line[1] + ":" + std::to_string(code), false);
    const cudaError_t error = cudaStreamSynchronize(stream_);
    mark("sync:" + line[1] + ":" + std::to_string(error));
    float took_ms = 0;
    if (the_card && error == 0 && cudaEventElapsedTime(&took_ms, start_, end_) == 0)
      the_card.note("took " + line[1] + " " + std::to_string(took_ms * 1e6F));  // nanoseconds
    if (error == 0) hand_over(line);
    if (error != 0) std::fprintf(stderr, "warpgrade-runner: after call %s: %s (%d)\n", line[1].c_str(), cudaGetErrorName(error), error);
    return error == 0;
  }

  // A caller fills its buffers in the stream that it gives, and goes on in it: the emulated device is told so, on both sides of a call.
  void hand_over(const Line& line) const {
    using HandOver = cudaError_t (*)(void* const*, const size_t*, size_t, cudaStream_t);
    static const HandOver function = reinterpret_cast<HandOver>(dlsym(RTLD_DEFAULT, "warpgradeHandOver"));
    if (!function) return;
    std::vector<void*> addresses;
    std::vector<size_t> bytes;
    cudaStream_t stream = nullptr;
    for (size_t i = 2; i < line.size(); ++i) {
      if (line[i] == "stream") stream = stream_;
      const auto found = buffers_.find(line[i]);
      if (found == buffers_.end() || found->second.memory != Memory::device) continue;
      addresses.push_back(found->second.address);
      bytes.push_back(found->second.bytes);
    }
    function(addresses.data(), bytes.data(), addresses.size(), stream);  // its finding is what matters, and no result depends on it
  }

  void put(Words& to, const std::string& text) const {
    const size_t colon = text.find(':');
    const std::string type = colon == std::string::npos ? "" : text.substr(0, colon);
    const char* value = text.c_str() + colon + 1;
    char* end = nullptr;
    errno = 0;
    if (type == "f32" || type == "f64") {
      if (to.floats == kMaxFloats) malformed("more than 8 floating-point arguments");
      double& slot = to.floating[to.floats++];
      if (type == "f64") {
        slot = std::strtod(value, &end);
      } else {
        const float narrow = std::strtof(value, &end);  // a float is the low half of its register
        std::memcpy(&slot, &narrow, sizeof narrow);
      }
      if (end == value || *end) malformed("not a number: " + text);
      return;
    }
    if (to.words == kMaxWords) malformed("more than 32 integer and pointer arguments");
    uint64_t& slot = to.word[to.words++];
    if (type == "i32" || type == "i64") {
      slot = uint64_t(std::strtoll(value, &end, 10));
      if (end == value || *end || errno) malformed("not an integer: " + text);
    } else if (text == "stream") {
      slot = reinterpret_cast<uint64_t>(stream_);
    } else if (text != "null") {
      slot = reinterpret_cast<uint64_t>(buffer(text).address);
    }
  }

  // Every word in an integer register or, beyond those, on the stack in order; every float in a vector register: under the System V and
  // AArch64 procedure call standards the callee finds its own arguments there in whatever order they were declared, and ignores the rest.
  int invoke(const Words& a) const {
    using W = uint64_t;
    using D = double;
    using Full =
        int (*)(W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, D, D, D, D, D, D, D, D);
    const auto& w = a.word;
    const auto& d = a.floating;
    return reinterpret_cast<Full>(entry_)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11], w[12], w[13], w[14],
                                          w[15], w[16], w[17], w[18], w[19], w[20], w[21], w[22], w[23], w[24], w[25], w[26], w[27], w[28],
                                          w[29], w[30], w[31], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
  }

  // at:0:20 -> 0, 20
  static std::vector<size_t> numbers(const std::string& text, const std::string& name, size_t count) {
    std::vector<size_t> found;
    size_t start = name.size() + 1;
    if (text.rfind(name + ":", 0) != 0) malformed("not `" + name + ":`: " + text);
    while (start <= text.size()) {
      const size_t end = std::min(text.find(':', start), text.size());
      found.push_back(parse_count(text.substr(start, end - start)));
      start = end + 1;
    }
    if (found.size() != count) malformed("wrong number of parts: " + text);
    return found;
  }

  // `shape`: how many rows, the bytes of each, and the bytes from one to the next. What lies between isn't touched.
  void download_rows(const Buffer& from, const std::vector<size_t>& shape) {
    const size_t rows = shape[0], width = shape[1], pitch = shape[2];
    std::vector<char> data(rows * width);
    if (data.empty()) return;
    if (pitch < width || (rows - 1) * pitch + width > from.bytes) malformed("rows beyond the buffer");
    check(cudaMemcpy2D(data.data(), width, from.address, pitch, width, rows, cudaMemcpyDeviceToHost), "download");
  }

  void download(const Buffer& from, const std::string& path) {
    std::vector<char> data(from.bytes);
    if (from.bytes && from.mirror) {  // in our stream: work that it doesn't wait for has no say in what the caller finds
      check(cudaMemcpyAsync(from.mirror, from.address, from.bytes, cudaMemcpyHostToDevice, stream_), "download");
      check(cudaStreamSynchronize(stream_), "download");
    }
    const void* source = from.mirror ? from.mirror : from.address;
    if (from.bytes) check(cudaMemcpy(data.data(), source, from.bytes, cudaMemcpyDeviceToHost), "download");
    if (!path.empty()) write_file(path, data);
  }

  std::map<std::string, Buffer> buffers_;
  cudaStream_t stream_ = nullptr;
  cudaMemPool_t pool_ = nullptr;
  cudaEvent_t start_ = nullptr, end_ = nullptr;
  void* entry_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: warpgrade-runner JOB\n");
    return kMalformed;
  }
  int number = 0;
  try {
    Runner runner;
    for (const Line& line : read_job(argv[1])) {
      ++number;
      if (!runner.run(line)) break;
    }
  } catch (const Failure& failure) {
    std::fprintf(stderr, "warpgrade-runner: command %d: %s\n", number, failure.message.c_str());
    std::fflush(nullptr);
    _exit(failure.status);
  }
  mark("done");
  std::fflush(nullptr);
  _exit(kDone);  // no destructors or atexit handlers of the student's library: everything that counts has been recorded
}
