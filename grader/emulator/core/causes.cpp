#include "causes.h"

#include <algorithm>
#include <set>

namespace wg {
namespace {

using Line = std::pair<std::string_view, uint32_t>;

Line line_of(const ProgramImpl& program, uint32_t site) {
  if (site >= program.sites.size()) return {};
  const auto& frames = program.frames[program.sites[site].location];
  return frames.empty() ? Line{} : Line{frames[0].file, frames[0].line};
}

bool is_race(const RawFinding& f) { return std::string_view(f.verdict).starts_with("RACE_") && f.other_site != kNoSite; }

// The two lines of a race, whichever of them was second.
std::pair<Line, Line> ends(const ProgramImpl& program, const RawFinding& f) {
  const Line a = line_of(program, f.site), b = line_of(program, f.other_site);
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace

std::vector<const RawFinding*> causes(const ProgramImpl& program, const std::map<FindingKey, RawFinding>& findings) {
  std::set<std::pair<Line, Line>> between_warps;
  std::set<std::tuple<std::string_view, bool, Line, Line>> races;  // verdict, note, the line told, the other line
  std::set<uint32_t> raced;                                        // sites
  std::set<uint32_t> divergent;                                    // sites of barriers
  for (const auto& [key, f] : findings) {
    if (std::string_view(f.verdict) == "BARRIER_DIVERGENCE" && f.other_site == kNoSite) divergent.insert(f.site);
    if (!is_race(f)) continue;
    const Line here = line_of(program, f.site), there = line_of(program, f.other_site);
    if (here.second) races.insert({f.verdict, f.note, here, there});
    if (f.note) continue;
    if (std::string_view(f.verdict) == "RACE_SHARED" && here.second) between_warps.insert(ends(program, f));
    raced.insert({f.site, f.other_site});
  }
  std::vector<const RawFinding*> told;
  for (const auto& [key, f] : findings) {
    const std::string_view verdict = f.verdict;
    const Line here = line_of(program, f.site);
    if (is_race(f) && here.second) {
      // the same two lines in the other order: the later line in the source tells it
      const Line there = line_of(program, f.other_site);
      if (here < there && races.contains({verdict, f.note, there, here})) continue;
      // the barrier that is missing between warps is missing within them too
      if (verdict == "RACE_WARP" && !f.note && between_warps.contains(ends(program, f))) continue;
    }
    // who waits elsewhere for a barrier that some lanes of a warp have left out
    if (verdict == "BARRIER_DIVERGENCE" && f.other_site != kNoSite && (divergent.contains(f.site) || divergent.contains(f.other_site)))
      continue;
    // what is read before it has been written, for want of a barrier
    if (verdict == "UNINIT_READ" && raced.contains(f.site)) continue;
    told.push_back(&f);
  }
  return told;
}

}  // namespace wg
