// Which bytes of device memory were ever written, as host calls change and ask it. (Kernels write the shadow themselves, see memory.h.)
#include <cstring>

#include "memory.h"

namespace wg {
namespace {
// Calls each(word index, byte mask) for the words that [offset, offset + bytes) touches.
template <class F>
void each_word(uint64_t offset, uint64_t bytes, F each) {
  const uint64_t end = offset + bytes;
  for (uint64_t word = offset / 4; word * 4 < end; ++word) {
    unsigned mask = 0xF;
    if (word * 4 < offset) mask &= 0xFu << (offset - word * 4);
    if (word * 4 + 4 > end) mask &= 0xFu >> (word * 4 + 4 - end);
    if (!each(word, static_cast<uint8_t>(mask))) return;
  }
}
}  // namespace

void Memory::mark_written(uint64_t address, uint64_t bytes) {
  Allocation* a = find(address);
  if (!a || bytes == 0 || a->fully_written || !a->contains(address, bytes)) return;
  if (bytes == a->bytes) {
    std::memset(a->written.get(), 0xF, (bytes + 3) / 4);
    a->fully_written = true;
    return;
  }
  const uint64_t offset = address - a->base;
  const uint64_t first = (offset + 3) / 4, last = (offset + bytes) / 4;  // whole words [first, last)
  uint8_t* shadow = a->written.get();
  if (first < last) std::memset(shadow + first, 0xF, last - first);
  auto set = [&](uint64_t word, uint8_t mask) { return shadow[word] |= mask, true; };
  if (first >= last) {
    each_word(offset, bytes, set);
  } else {
    each_word(offset, first * 4 - offset, set);
    each_word(last * 4, offset + bytes - last * 4, set);
  }
}

uint32_t Memory::written_elements(uint64_t address, unsigned count, uint64_t element_bytes) const {
  const Allocation* a = find(address);
  if (!a || !a->contains(address, count * element_bytes)) return 0;
  if (a->fully_written) return ~0u;
  uint32_t written = 0;
  for (unsigned k = 0; k < count; k++)
    each_word(address - a->base + k * element_bytes, element_bytes, [&](uint64_t word, uint8_t mask) {
      const bool any = a->written[word] & mask;
      written |= uint32_t(any) << k;
      return !any;
    });
  return written;
}

void Memory::copy_written(uint64_t to, uint64_t from, uint64_t bytes) {
  Allocation* target = find(to);
  const Allocation* source = find(from);
  if (bytes == 0 || !target || !source || !target->contains(to, bytes) || !source->contains(from, bytes)) return;
  if (source->fully_written) return mark_written(to, bytes);
  if (target->fully_written) return;  // a later copy of garbage into it stays unseen: the flag is per allocation
  const uint64_t to_offset = to - target->base, from_offset = from - source->base;
  uint8_t* into = target->written.get();
  const uint8_t* out = source->written.get();
  if (to_offset % 4 == 0 && from_offset % 4 == 0 && bytes % 4 == 0) {
    std::memmove(into + to_offset / 4, out + from_offset / 4, bytes / 4);
    return;
  }
  std::vector<bool> bits(bytes);
  for (uint64_t i = 0; i < bytes; ++i) bits[i] = out[(from_offset + i) / 4] >> ((from_offset + i) % 4) & 1;
  for (uint64_t i = 0; i < bytes; ++i) {
    const uint8_t bit = static_cast<uint8_t>(1u << ((to_offset + i) % 4));
    uint8_t& word = into[(to_offset + i) / 4];
    word = static_cast<uint8_t>(bits[i] ? word | bit : word & ~bit);
  }
}

}  // namespace wg
