#include "cubin.h"

#include <elf.h>

#include <cstring>
#include <map>
#include <optional>

namespace wg::client {
namespace {

// Records of the section .nv.info: a format byte, an attribute byte, 16 bits of size or value. Those that matter here hold a symbol's index
// and a number. (Found by comparing with `ptxas -v`; public tools such as cuobjdump print them under these names.)
constexpr uint8_t kSized = 4, kRegisterCount = 0x2F, kFrameSize = 0x11;
constexpr uint16_t kCudaMachine = 190;

class Elf {
 public:
  explicit Elf(std::string_view bytes) : bytes_(bytes) {
    const auto header = read<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_machine != kCudaMachine) return;
    if (header->e_shentsize != sizeof(Elf64_Shdr)) return;
    for (unsigned i = 0; i < header->e_shnum; ++i) {
      const auto section = read<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
      if (!section) return;
      sections_.push_back(*section);
    }
    if (header->e_shstrndx < sections_.size()) names_ = content(sections_[header->e_shstrndx]);
  }

  std::string_view section(std::string_view name) const {
    for (const auto& s : sections_) {
      if (s.sh_type != SHT_NOBITS && text_at(names_, s.sh_name) == name) return content(s);
    }
    return {};
  }

  template <class T>
  static std::optional<T> read(std::string_view from, uint64_t at) {
    if (at > from.size() || from.size() - at < sizeof(T)) return {};
    T value;
    std::memcpy(&value, from.data() + at, sizeof value);
    return value;
  }
  template <class T>
  std::optional<T> read(uint64_t at) const {
    return read<T>(bytes_, at);
  }

  static std::string_view text_at(std::string_view table, uint64_t at) {
    if (at >= table.size()) return {};
    const std::string_view rest = table.substr(at);
    return rest.substr(0, rest.find('\0'));
  }

 private:
  std::string_view content(const Elf64_Shdr& s) const {
    return s.sh_offset <= bytes_.size() && s.sh_size <= bytes_.size() - s.sh_offset ? bytes_.substr(s.sh_offset, s.sh_size)
                                                                                    : std::string_view();
  }
  std::string_view bytes_, names_;
  std::vector<Elf64_Shdr> sections_;
};

}  // namespace

std::vector<KernelFigures> kernel_figures(std::string_view cubin) {
  const Elf elf(cubin);
  const std::string_view info = elf.section(".nv.info"), symbols = elf.section(".symtab"), strings = elf.section(".strtab");
  std::map<uint32_t, KernelFigures> by_symbol;
  for (uint64_t at = 0; at + 4 <= info.size();) {
    const auto format = static_cast<uint8_t>(info[at]), attribute = static_cast<uint8_t>(info[at + 1]);
    const uint16_t size = *Elf::read<uint16_t>(info, at + 2);
    if (format == kSized && size == 8 && (attribute == kRegisterCount || attribute == kFrameSize)) {
      const auto symbol = Elf::read<uint32_t>(info, at + 4), value = Elf::read<uint32_t>(info, at + 8);
      if (!symbol || !value) break;
      (attribute == kFrameSize ? by_symbol[*symbol].local_bytes : by_symbol[*symbol].registers) = *value;
    }
    at += 4 + (format == kSized ? size : 0u);
  }
  std::vector<KernelFigures> all;
  for (auto& [symbol, figures] : by_symbol) {
    const auto entry = Elf::read<Elf64_Sym>(symbols, symbol * sizeof(Elf64_Sym));
    if (!entry || !figures.registers) continue;
    figures.name = Elf::text_at(strings, entry->st_name);
    all.push_back(std::move(figures));
  }
  return all;
}

}  // namespace wg::client
