#include "fatbin.h"

#include <cstring>

namespace wg::client {
namespace {

// Layouts found by looking at what nvcc writes (and agreeing with public descriptions such as gpuocelot's and cuda-fatbin-decompression's).
struct Wrapper {
  int32_t magic, version;
  const uint8_t* data;
  const void* more;
};
struct Container {
  uint32_t magic;
  uint16_t version, header_bytes;
  uint64_t bytes;  // of the images that follow
};
struct Entry {
  uint16_t kind, version;
  uint32_t header_bytes;
  uint64_t bytes;             // of the image as it is stored, padding included
  uint32_t compressed_bytes;  // 0: as it is
  uint32_t options_offset;
  uint16_t minor, major;
  uint32_t arch;
  uint32_t name_offset, name_bytes;
  uint64_t flags;
  uint64_t zero;
  uint64_t plain_bytes;
};
static_assert(sizeof(Container) == 16 && sizeof(Entry) == 64);

constexpr int32_t kWrapperMagic = 0x466243B1;
constexpr uint32_t kContainerMagic = 0xBA55ED50;
constexpr uint16_t kPtx = 1, kCubin = 2;
constexpr uint64_t kCompressedFlags = 0x2000 | 0x8000;  // LZ4, Zstandard
constexpr uint64_t kLargest = 1ull << 30;

}  // namespace

std::vector<Image> images_of(const void* wrapper_address) {
  std::vector<Image> images;
  if (!wrapper_address) return images;
  Wrapper wrapper;
  std::memcpy(&wrapper, wrapper_address, sizeof wrapper);
  if (wrapper.magic != kWrapperMagic || !wrapper.data) return images;
  Container container;
  std::memcpy(&container, wrapper.data, sizeof container);
  if (container.magic != kContainerMagic || container.header_bytes < sizeof container || container.bytes > kLargest) return images;
  const uint8_t* at = wrapper.data + container.header_bytes;
  uint64_t left = container.bytes;
  while (left >= sizeof(Entry)) {
    Entry entry;
    std::memcpy(&entry, at, sizeof entry);
    if (entry.header_bytes < sizeof(Entry) || entry.header_bytes > left || entry.bytes > left - entry.header_bytes) break;
    if (entry.kind == kPtx || entry.kind == kCubin) {
      Image image;
      image.arch = entry.arch;
      image.machine_code = entry.kind == kCubin;
      image.compressed = (entry.flags & kCompressedFlags) != 0 || entry.compressed_bytes != 0;
      image.bytes = {reinterpret_cast<const char*>(at) + entry.header_bytes, entry.bytes};
      images.push_back(image);
    }
    at += entry.header_bytes + entry.bytes;
    left -= entry.header_bytes + entry.bytes;
  }
  return images;
}

}  // namespace wg::client
