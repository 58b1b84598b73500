// Findings of the running block: one per verdict and place, counted; and small helpers for messages.
#include <cstdio>

#include "warp.h"

namespace wg {

Dim3 thread_of(const Block& b, unsigned warp, unsigned lane) {
  const uint32_t t = warp * kLanes + lane;
  return {t % b.dim.x, t / b.dim.x % b.dim.y, t / b.dim.x / b.dim.y};
}

std::string where(const Warp& w, unsigned lane) {
  const Dim3 t = thread_of(*w.block, w.id, lane), b = w.block->index;
  char text[96];
  std::snprintf(text, sizeof text, "thread (%u,%u,%u) in block (%u,%u,%u)", t.x, t.y, t.z, b.x, b.y, b.z);
  return text;
}

bool counted(Warp& w, const char* verdict, uint32_t site, uint32_t other_site, bool note, uint64_t count) {
  auto& findings = w.block->record.findings;
  const auto it = findings.find(FindingKey(verdict, site, other_site, note));
  if (it == findings.end()) return false;
  it->second.count += count;
  return true;
}

void report(Warp& w, const char* verdict, uint32_t site, unsigned lane, std::string message, uint32_t other_site, int other_warp,
            int other_lane, bool note, uint64_t count) {
  if (counted(w, verdict, site, other_site, note, count)) return;
  const Block& b = *w.block;
  RawFinding& f = w.block->record.findings[FindingKey(verdict, site, other_site, note)];
  f.verdict = verdict;
  f.note = note;
  f.site = site;
  f.other_site = other_site;
  f.block = b.index;
  f.thread = thread_of(b, w.id, lane);
  if (other_warp >= 0 && other_lane >= 0) f.other_thread = thread_of(b, unsigned(other_warp), unsigned(other_lane));
  f.count = count;
  f.message = std::move(message);
}

const Op* fault(Warp& w, int error) {
  if (!w.block->error) w.block->error = error;
  return nullptr;
}

}  // namespace wg
