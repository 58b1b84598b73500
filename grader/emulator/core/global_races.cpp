#include "global_races.h"

#include "access_ops.h"

namespace wg {

GlobalRaces::GlobalRaces(const Launch& launch, ProgramImpl& program, unsigned workers) : launch_(launch) {
  if (!(launch.checks & kRacecheck) || launch.grid.count() < 2) return;
  if (!program.race_notes) program.race_notes = std::make_shared<RaceNotes>();
  notes_ = program.race_notes.get();
  const auto shift = unsigned(__builtin_ctz(program.global_granularity));
  if (launch.communicates) {
    notes_->ordered.begin(launch, shift);
    return;
  }
  while (notes_->apart.size() < workers) notes_->apart.push_back(std::make_unique<ApartRaces>());
  for (auto& apart : notes_->apart) apart->begin(shift);
}

void GlobalRaces::give(Worker& worker, unsigned index) {
  if (!notes_) return;
  worker.races_global = true;
  if (launch_.communicates) worker.ordered_races = &notes_->ordered;
  else worker.apart_races = notes_->apart[index].get();
}

namespace {

// Not to find a race is to say that there is none, unless this says otherwise.
void tell_shortfall(const Launch& launch, const std::string& why, BlockRecord& total) {
  if (why.empty()) return;
  RawFinding f{};
  f.verdict = "RACE_GLOBAL";
  f.note = true;
  f.site = launch.code->ops.front().site;
  f.other_site = kNoSite;
  f.count = 1;
  f.message = "Races between the blocks of this kernel were followed only in part: " + why + "; some may have been missed";
  total.findings.try_emplace(FindingKey(f.verdict, f.site, f.other_site, f.note), f);
}

}  // namespace

void GlobalRaces::tell(BlockRecord& total, uint64_t last_block) {
  if (!notes_) return;
  if (launch_.communicates) {
    notes_->ordered.hazards().tell(launch_, total);
    tell_shortfall(launch_, notes_->ordered.shortfall(), total);
    notes_->ordered.end();
    return;
  }
  std::vector<ApartRaces*> workers;
  std::string shortfall;
  for (auto& apart : notes_->apart) {
    workers.push_back(apart.get());
    if (shortfall.empty()) shortfall = apart->shortfall();
  }
  Hazards hazards;
  ApartRaces::find(workers, last_block, hazards);
  hazards.tell(launch_, total);
  tell_shortfall(launch_, shortfall, total);
}

namespace {

StoredValues values_of(const Warp& w, const Op* op) {
  StoredValues values{{}, op->bytes, uint8_t(op->c)};
  if (op->count == 1) values.component[0] = w.registers + op->d;
  else
    for (unsigned k = 0; k < op->count; k++) values.component[k] = w.registers + w.frame->code->extras[op->extra].registers[k];
  return values;
}

// Atomics for one block only (atomicAdd_block) are no atomics to other blocks.
Deed deed_of(const Op* op, Direction direction) {
  if (direction == Direction::load) return Deed::read;
  return (op->flags & kStrong) && !(op->flags & kScopeBlock) ? Deed::strong : Deed::write;
}

}  // namespace

void check_races(Warp& w, const Op* op, const Pattern& p, uint64_t base, Direction direction) {
  if (op->flags & kGuess) return;
  Worker& worker = *w.worker;
  StoredValues values;
  const bool stores = direction == Direction::store;
  if (stores) values = values_of(w, op);
  if (worker.apart_races) return worker.apart_races->access(w, op, p, base, deed_of(op, direction), stores ? &values : nullptr);
  uint64_t address[kLanes];
  for (unsigned i = 0; i < kLanes; i++) address[i] = base + uint64_t(int64_t(p.delta[i]));
  const bool run = p.mask == ~0u && p.shape == Pattern::Shape::run;
  worker.ordered_races->access(w, op, address, p.bytes, run, direction, stores ? &values : nullptr);
}

void check_races(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, Direction direction) {
  if (op->flags & kGuess) return;
  Worker& worker = *w.worker;
  StoredValues values;
  const bool stores = direction == Direction::store;
  if (stores) values = values_of(w, op);
  if (worker.apart_races)
    return worker.apart_races->scattered(w, op, lanes_that_count(w, op), address, bytes, deed_of(op, direction),
                                         stores ? &values : nullptr);
  worker.ordered_races->access(w, op, address, bytes, false, direction, stores ? &values : nullptr);
}

}  // namespace wg
