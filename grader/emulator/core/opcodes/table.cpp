#include "table.h"

#include <algorithm>
#include <map>

#include "../gpu.h"

namespace wg {

bool Builder::take(const char* modifier) {
  const auto it = std::find(rest.begin(), rest.end(), modifier);
  if (it == rest.end()) return false;
  rest.erase(it);
  return true;
}

int Builder::take_one(std::initializer_list<const char*> modifiers) {
  int i = 0;
  for (const char* m : modifiers) {
    if (take(m)) return i;
    i++;
  }
  return -1;
}

void Builder::ignore(std::initializer_list<const char*> modifiers) {
  for (const char* m : modifiers)
    while (take(m)) {}
}

void Builder::done() const {
  if (!rest.empty()) refuse("the modifier ." + rest.front() + " is not emulated here");
}

const std::vector<Row>& all_rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all;
    for (auto* make : {integer_rows, float_rows, half_rows, logic_rows, move_rows, compare_rows, convert_rows, memory_rows, atomic_rows,
                       control_rows, collective_rows, video_rows, async_copy_rows, mbarrier_rows, cache_rows, refused_rows})
      for (Row& r : make()) all.push_back(std::move(r));
    return all;
  }();
  return rows;
}

const Row* find_row(const ptx::Instruction& in) {
  static const std::multimap<std::string, const Row*> by_name = [] {
    std::multimap<std::string, const Row*> m;
    for (const Row& r : all_rows()) m.emplace(r.name, &r);
    return m;
  }();
  Type first = Type::none;
  for (const auto& m : in.modifiers)
    if (first == Type::none) first = ptx::type_from_name(m);
  for (size_t n = std::min<size_t>(2, in.modifiers.size()) + 1; n-- > 0;) {
    std::string name = in.opcode;
    for (size_t i = 0; i < n; i++) name += "." + in.modifiers[i];
    for (auto [it, end] = by_name.equal_range(name); it != end; ++it) {
      const auto& types = it->second->types;
      if (types.empty() || first == Type::none || std::find(types.begin(), types.end(), first) != types.end()) return it->second;
    }
  }
  return nullptr;
}

std::vector<OpcodeRow> opcode_rows() {
  std::vector<OpcodeRow> rows;
  for (const Row& r : all_rows()) {
    if (r.name[0] == '$') continue;
    OpcodeRow row{r.name, {}, r.refused};
    for (Type t : r.types) row.types.push_back(ptx::name_of(t));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace wg
