#include "builtins.h"

#include <cstdio>

namespace wg {
namespace {

constexpr size_t kTextLimit = 1u << 20;  // as the default printf buffer of a real device

uint64_t argument(const Warp& w, const Extra& call, size_t index, unsigned lane) {
  uint64_t x = 0;
  if (index < call.argument_offsets.size())
    std::memcpy(&x, w.frame->params.data() + size_t(lane) * w.frame->code->param_bytes + call.argument_offsets[index],
                std::min<size_t>(8, call.argument_bytes[index]));
  return x;
}

void set_result(const Warp& w, const Extra& call, unsigned lane, uint64_t x) {
  if (call.result_bytes)
    std::memcpy(w.frame->params.data() + size_t(lane) * w.frame->code->param_bytes + call.result_offset, &x,
                std::min<size_t>(8, call.result_bytes));
}

// Reads bytes at a generic address; false if they aren't all there.
bool read_generic(const Warp& w, uint64_t address, unsigned lane, void* to, size_t bytes) {
  if (address - kLocalWindow < kWindowBytes) {
    const uint64_t offset = address - kLocalWindow, size = w.local.size() / kLanes;
    if (offset > size || bytes > size - offset) return false;
    std::memcpy(to, w.local.data() + lane * size + offset, bytes);
    return true;
  }
  if (address - kSharedWindow < kWindowBytes) {
    const uint64_t offset = address - kSharedWindow;
    if (offset > w.block->shared_bytes || bytes > w.block->shared_bytes - offset) return false;
    std::memcpy(to, w.block->shared.data() + offset, bytes);
    return true;
  }
  const Allocation* a = w.worker->launch->memory->find(address);
  if (!a || !a->contains(address, bytes)) return false;
  std::memcpy(to, reinterpret_cast<const void*>(address), bytes);
  return true;
}

std::string read_string(const Warp& w, uint64_t address, unsigned lane, size_t limit = 4096) {
  std::string s;
  char c;
  while (s.size() < limit && read_generic(w, address + s.size(), lane, &c, 1) && c) s += c;
  return s;
}

// C's printf over a packed argument buffer: each argument lies at its natural alignment (CUDA C++ Programming Guide, formatted output).
std::string format(const Warp& w, unsigned lane, const std::string& pattern, uint64_t buffer) {
  std::string out;
  uint64_t at = 0;
  auto fetch = [&](size_t bytes) {
    at = (at + bytes - 1) / bytes * bytes;
    uint64_t x = 0;
    read_generic(w, buffer + at, lane, &x, bytes);
    at += bytes;
    return x;
  };
  for (size_t i = 0; i < pattern.size();) {
    if (pattern[i] != '%') {
      out += pattern[i++];
      continue;
    }
    size_t j = i + 1;
    if (j < pattern.size() && pattern[j] == '%') {
      out += '%';
      i = j + 1;
      continue;
    }
    std::string spec = "%";
    while (j < pattern.size() && std::string("-+ #0").find(pattern[j]) != std::string::npos) spec += pattern[j++];
    auto number = [&] {
      if (j < pattern.size() && pattern[j] == '*') {
        j++;
        int n = int(fetch(4));
        n = std::max(-1000, std::min(1000, n));
        spec += std::to_string(n);
      } else {
        std::string digits;
        while (j < pattern.size() && pattern[j] >= '0' && pattern[j] <= '9') digits += pattern[j++];
        if (digits.size() > 3) digits = "999";
        spec += digits;
      }
    };
    number();
    if (j < pattern.size() && pattern[j] == '.') {
      spec += pattern[j++];
      number();
    }
    int longs = 0;
    while (j < pattern.size() && std::string("hlLjzt").find(pattern[j]) != std::string::npos) longs += pattern[j] != 'h', j++;
    if (j >= pattern.size()) {
      out += pattern.substr(i);
      break;
    }
    char text[1200];
    text[0] = 0;
    const char c = pattern[j];
    switch (c) {
      case 'd':
      case 'i':
        std::snprintf(text, sizeof text, (spec + "lld").c_str(),
                      longs ? static_cast<long long>(fetch(8)) : static_cast<long long>(int32_t(fetch(4))));
        break;
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        std::snprintf(text, sizeof text, (spec + "ll" + c).c_str(),
                      longs ? static_cast<unsigned long long>(fetch(8)) : static_cast<unsigned long long>(uint32_t(fetch(4))));
        break;
      case 'c': std::snprintf(text, sizeof text, (spec + "c").c_str(), int(fetch(4))); break;
      case 'p': std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(fetch(8))); break;
      case 's': std::snprintf(text, sizeof text, (spec + "s").c_str(), read_string(w, fetch(8), lane, 1000).c_str()); break;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
      case 'a':
      case 'A': {
        const uint64_t bits = fetch(8);
        double d;
        std::memcpy(&d, &bits, 8);
        std::snprintf(text, sizeof text, (spec + c).c_str(), d);
        break;
      }
      default: std::snprintf(text, sizeof text, "%s", pattern.substr(i, j - i + 1).c_str());
    }
    out += text;
    i = j + 1;
  }
  return out;
}

const Op* print(Warp& w, const Op* op, const Extra& call) {
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    const std::string pattern = read_string(w, argument(w, call, 0, lane), lane);
    std::string& text = w.block->record.text;
    if (text.size() < kTextLimit) text += format(w, lane, pattern, argument(w, call, 1, lane));
    set_result(w, call, lane, 1);
  }
  return op + 1;
}

const Op* assertion(Warp& w, const Op* op, const Extra& call) {
  const unsigned lane = first_lane(w.mask);
  const std::string what = read_string(w, argument(w, call, 0, lane), lane), file = read_string(w, argument(w, call, 1, lane), lane),
                    function = read_string(w, argument(w, call, 3, lane), lane);
  const uint32_t line = uint32_t(argument(w, call, 2, lane));
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const Dim3 t = thread_of(*w.block, w.id, first_lane(m)), b = w.block->index;
    char text[160];
    std::snprintf(text, sizeof text, ":%u: %%s: block: [%u,%u,%u], thread: [%u,%u,%u] Assertion `", line, b.x, b.y, b.z, t.x, t.y, t.z);
    std::string head = text;
    head.replace(head.find("%s"), 2, function);
    w.block->record.text += file + head + what + "` failed.\n";
  }
  report(w, "DEVICE_ASSERT", op->site, lane, "Assertion `" + what + "` failed in " + where(w, lane), kNoSite, -1, -1, false,
         unsigned(__builtin_popcount(w.mask)));
  return fault(w, 710);
}

}  // namespace

bool is_builtin(const std::string& name) { return name == "vprintf" || name == "__assertfail" || name == "malloc" || name == "free"; }

const Op* run_builtin(Warp& w, const Op* op, const Extra& call) {
  if (call.name == "vprintf") return print(w, op, call);
  if (call.name == "__assertfail") return assertion(w, op, call);
  const auto& allocate = w.worker->launch->options->malloc;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    if (call.name == "malloc")
      set_result(w, call, lane, allocate ? allocate(argument(w, call, 0, lane)) : 0);  // no heap: a null pointer, as when it is used up
  }
  return op + 1;
}

}  // namespace wg
