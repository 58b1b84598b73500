#include "hazards.h"

#include <algorithm>
#include <string_view>

#include "../core/text.h"

namespace wg {
namespace {

using Way = TouchedBytes::Way;

constexpr size_t kKept = 4096;           // operations
constexpr size_t kRunsKept = 16u << 20;  // of all of them
constexpr size_t kTold = 4;              // places of one pair of operations

std::string place(const Memory& memory, uint64_t address) {
  const Allocation* a = memory.nearest(address);
  if (!a) return "memory";
  return "byte " + std::to_string(address - a->base) + " of " + a->name + " (" + size_text(a->bytes) + ")";
}

std::string stream_name(int index) { return index ? "stream " + std::to_string(index) : "the default stream"; }

std::string who(const Operation& o) {
  return (o.kernel.empty() ? std::string(wire::name_of(o.api)) : "kernel " + o.kernel) + " in " + stream_name(o.stream);
}

// The runner's own work: what stands for the launcher's caller, and its copies. Programs that nobody calls have no such marks.
bool of_caller(const Operation& o) {
  return o.kind == Operation::Kind::hand_over || o.phase == "setup" || o.phase.starts_with("download:");
}

const char* verb(Way way) { return way == Way::read ? "reads" : way == Way::write ? "writes" : "updates"; }

bool harmless(const TouchedBytes& a, const TouchedBytes& b) {
  if (a.way == Way::read && b.way == Way::read) return true;
  return a.strong && b.strong;  // atomic or volatile on both sides: meant to meet
}

Finding conflict(const Operation& first, const TouchedBytes& a, const Operation& second, const TouchedBytes& b, uint64_t at,
                 const Memory& memory) {
  const bool freed = first.kind == Operation::Kind::release || second.kind == Operation::Kind::release;
  // The place to name is a line of a kernel, if there is one.
  const bool second_leads = !second.kernel.empty() || first.kernel.empty();
  const Operation &lead = second_leads ? second : first, &other = second_leads ? first : second;
  const TouchedBytes &lead_touch = second_leads ? b : a, &other_touch = second_leads ? a : b;
  Finding f;
  f.verdict = freed ? "USE_AFTER_FREE" : "CROSS_STREAM_RACE";
  f.kernel = lead.kernel;
  f.of_threads = false;
  f.frames = lead_touch.frames;
  f.other_frames = other_touch.frames;
  if (f.frames.empty()) f.host = lead.place;
  if (f.other_frames.empty()) f.other_host = other.place;
  f.count = 1;
  const std::string where = place(memory, at);
  const auto action = [](const Operation& o, const TouchedBytes& t) {
    return o.kind == Operation::Kind::release ? "frees" : o.kind == Operation::Kind::allocate ? "allocates" : verb(t.way);
  };
  // An API call that leads comes first in the sentence: the judge looks for its line.
  f.message = who(lead) + ' ' + action(lead, lead_touch) + ' ' + where + ", and " + who(other) + ' ' + action(other, other_touch) +
              " it, with nothing that orders the two: let one stream wait for an event of the other (cudaStreamWaitEvent), or synchronise";
  return f;
}

// A launcher's work met its caller's, which the student doesn't see: told of the launch or call that asked for it, once.
Finding astray(const Operation& work, bool begins_early) {
  Finding f;
  f.verdict = "WRONG_STREAM";
  f.kernel = work.kernel;
  f.of_threads = false;
  f.host = work.place;
  f.caller = begins_early ? "before" : "after";
  f.count = 1;
  f.message = who(work);
  return f;
}

}  // namespace

bool Hazards::may_meet(const Operation& operation, const Queue& queue) const {
  const auto meets = [&](const OperationRef& other) { return unordered(operation, *other); };
  return std::any_of(kept_.begin(), kept_.end(), [&](const Kept& k) { return meets(k.operation); }) ||
         std::any_of(queue.pending().begin(), queue.pending().end(), [&](const OperationRef& p) { return !p->done && meets(p); });
}

void Hazards::done(const OperationRef& operation, const Memory& memory, const Report& report) {
  for (const Kept& kept : kept_) {
    const Operation& before = *kept.operation;
    if (!unordered(before, *operation)) continue;
    const bool in_order = before.sequence < operation->sequence;
    const Operation &first = in_order ? before : *operation, &second = in_order ? *operation : before;
    if (of_caller(first) && of_caller(second)) continue;
    size_t told = 0;
    for (const TouchedBytes& a : first.touched) {
      for (const TouchedBytes& b : second.touched) {
        if (told == kTold || harmless(a, b)) continue;
        if (const uint64_t at = common_byte(a.runs, b.runs)) {
          const bool freed = first.kind == Operation::Kind::release || second.kind == Operation::Kind::release;
          if (!freed && (of_caller(first) || of_caller(second))) {
            const bool early = of_caller(first);
            report(astray(early ? second : first, early), (early ? second : first).phase);
            told = kTold;
            continue;
          }
          report(conflict(first, a, second, b, at, memory), second.phase);
          ++told;
        }
      }
    }
  }
  if (operation->touched.empty()) return;
  Kept kept{operation};
  for (const TouchedBytes& t : operation->touched) kept.runs += t.runs.size();
  runs_ += kept.runs;
  kept_.push_back(std::move(kept));
  while (kept_.size() > kKept || (runs_ > kRunsKept && kept_.size() > 1)) {
    runs_ -= kept_.front().runs;
    kept_.pop_front();
  }
}

void Hazards::tidy(Queue& queue) {
  const uint64_t oldest = queue.pending().empty() ? queue.next_sequence() : queue.pending().front()->sequence;
  std::erase_if(kept_, [&](Kept& kept) {
    if (!kept.ordered_from && queue.host().of(kept.operation->stream) >= kept.operation->position)
      kept.ordered_from = queue.next_sequence();
    const bool over = kept.ordered_from && oldest >= kept.ordered_from;
    if (over) runs_ -= kept.runs;
    return over;
  });
  if (kept_.empty() && queue.pending().empty()) queue.forget_clocks();
}

void compare_with_host(const Operation& o, const Memory& memory, const Hazards::Report& report) {
  for (const HostAccess& access : o.host_accesses) {
    const std::vector<ByteRun> bytes = {{access.address, access.address + access.bytes}};
    for (const TouchedBytes& t : o.touched) {
      if (t.strong || (t.way == Way::read && !access.writes)) continue;
      const uint64_t at = common_byte(t.runs, bytes);
      if (!at) continue;
      const bool reused = t.way == Way::read;
      const Allocation* a = memory.find(at);
      Finding f;
      f.verdict = reused && !(a && a->kind == AllocationKind::managed) ? "HOST_WAR" : "HOST_RACE";
      f.kernel = o.kernel;
      f.of_threads = false;
      f.other_frames = t.frames;
      f.host = {access.module, access.offset};
      f.count = 1;
      const std::string deed = t.way == Way::read ? "read" : "write";
      f.message = std::string("host code ") + (access.writes ? "writes " : "reads ") + place(memory, at) + " before " + who(o) +
                  (reused          ? " has read it"
                   : access.writes ? " has written it, and is overwritten"
                                   : " has written it, and sees what was there before") +
                  ": wait for it first (cudaStreamSynchronize, cudaEventSynchronize or cudaDeviceSynchronize)";
      report(std::move(f), o.phase);
      break;
    }
  }
}

}  // namespace wg
