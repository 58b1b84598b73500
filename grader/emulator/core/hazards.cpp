#include "hazards.h"

#include <algorithm>
#include <cstdio>

namespace wg {
namespace {

Dim3 place(uint64_t linear, const Dim3& of) {
  return {uint32_t(linear % of.x), uint32_t(linear / of.x % of.y), uint32_t(linear / of.x / of.y)};
}

std::string text_of(const Party& p, const Site& site, const Launch& launch) {
  const Dim3 t = place(Agent::thread(p.access), launch.dim), b = place(Agent::block(p.access), launch.grid);
  const char* what = site.way >= 2          ? "atomic update"
                     : p.deed == Deed::read ? p.strong ? "volatile read" : "read"
                     : p.strong             ? "volatile write"
                                            : "write";
  char text[128];
  std::snprintf(text, sizeof text, "%s by thread (%u,%u,%u) in block (%u,%u,%u)", what, t.x, t.y, t.z, b.x, b.y, b.z);
  return text;
}

}  // namespace

void Hazards::add(uint64_t address, const Party& later, const Party& earlier, bool same_value, const char* hint) {
  const uint32_t a = Agent::memory_site(later.access), b = Agent::memory_site(earlier.access);
  const auto [it, is_new] = found_.try_emplace({std::min(a, b), std::max(a, b), same_value}, Example{address, later, earlier, hint, 0});
  it->second.count++;
}

void Hazards::tell(const Launch& launch, BlockRecord& total) const {
  if (found_.empty()) return;
  const ProgramImpl& program = *launch.program;
  std::vector<uint32_t> site_of(program.memory_sites, kNoSite);
  for (uint32_t s = 0; s < program.sites.size(); s++)
    if (program.sites[s].memory >= 0) site_of[size_t(program.sites[s].memory)] = s;
  const auto site = [&](const Party& p) {
    const uint32_t memory = Agent::memory_site(p.access);
    return memory < site_of.size() ? site_of[memory] : kNoSite;
  };
  for (const auto& [key, e] : found_) {
    const auto [low, high, note] = key;
    if (note && found_.count({low, high, false})) continue;  // some bytes of what they write are the same, and others not
    RawFinding f{};
    f.verdict = "RACE_GLOBAL";
    f.note = note;
    f.site = site(e.later);
    f.other_site = site(e.earlier);
    if (f.site == kNoSite || f.other_site == kNoSite) continue;
    f.block = place(Agent::block(e.later.access), launch.grid);
    f.thread = place(Agent::thread(e.later.access), launch.dim);
    f.other_thread = place(Agent::thread(e.earlier.access), launch.dim);
    f.count = e.count;
    const char* hazard = e.later.deed == Deed::read ? "RAW" : e.earlier.deed == Deed::read ? "WAR" : "WAW";
    char head[96];
    std::snprintf(head, sizeof head, "%s hazard at __global__ address 0x%llx", hazard, static_cast<unsigned long long>(e.address));
    f.message = head;
    if (const Allocation* a = launch.memory->find(e.address))
      f.message += " (byte " + std::to_string(e.address - a->base) + " of " + a->name + ")";
    f.message += ": " + text_of(e.later, program.sites[f.site], launch) + ", " + text_of(e.earlier, program.sites[f.other_site], launch);
    f.message += f.note ? ", of the same value" : std::string(", and nothing orders the two blocks") + e.hint;
    auto [known, is_new] = total.findings.try_emplace(FindingKey(f.verdict, f.site, f.other_site, f.note), f);
    if (!is_new) known->second.count += f.count;
  }
}

}  // namespace wg
