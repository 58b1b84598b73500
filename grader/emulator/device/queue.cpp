#include "queue.h"

#include <algorithm>

namespace wg {
namespace {
constexpr uint64_t kLegacyHandle = 1, kPerThreadHandle = 2;  // cudaStreamLegacy, cudaStreamPerThread
constexpr size_t kThreads = 4096;                            // with a default stream of their own; more share the last
constexpr uint32_t kNonBlocking = 1;                         // cudaStreamNonBlocking
}  // namespace

Stream* Queue::find(uint64_t handle, uint32_t thread, bool per_thread) {
  if (handle == kPerThreadHandle || (handle == 0 && per_thread)) {
    if (per_thread_.size() >= kThreads && !per_thread_.contains(thread)) return &per_thread_.rbegin()->second;
    const auto [place, made] = per_thread_.try_emplace(thread);
    if (made) {
      place->second.index = next_index_++;
      place->second.kind = Stream::Kind::blocking;
    }
    return &place->second;
  }
  if (handle <= kLegacyHandle) return &legacy_;
  const auto found = created_.find(handle);
  return found == created_.end() ? nullptr : &found->second;
}

Stream* Queue::create(uint64_t handle, uint32_t flags, int priority) {
  Stream& stream = created_[handle];
  stream.index = next_index_++;
  stream.kind = flags & kNonBlocking ? Stream::Kind::non_blocking : Stream::Kind::blocking;
  stream.flags = flags;
  stream.priority = priority;
  return &stream;
}

void Queue::destroy(uint64_t handle) {
  const auto found = created_.find(handle);
  if (found == created_.end()) return;
  departed_.join(found->second.clock);
  if (found->second.kind == Stream::Kind::blocking) {
    departed_blocking_.clock.join(found->second.clock);
    std::erase_if(departed_last_, [](const OperationRef& operation) { return operation->done; });
    if (found->second.last) departed_last_.push_back(found->second.last);
  }
  created_.erase(found);
}

OperationRef Queue::add(Stream& stream, Operation::Kind kind, const OperationRef& event) {
  auto operation = std::make_shared<Operation>();
  operation->kind = kind;
  operation->sequence = next_sequence_++;
  operation->stream = stream.index;
  operation->clock = host_;
  const auto wait_for = [&](const OperationRef& other) {
    if (!other) return;
    if (!other->done) operation->after.push_back(other);
    else operation->ready_s = std::max(operation->ready_s, other->end_s);
  };
  const auto behind = [&](const Stream& other) {
    operation->clock.join(other.clock);
    wait_for(other.last);
  };
  behind(stream);
  if (stream.kind == Stream::Kind::legacy) {
    for (const auto& [thread, other] : per_thread_) behind(other);
    for (const auto& [handle, other] : created_) {
      if (other.kind == Stream::Kind::blocking) behind(other);
    }
    behind(departed_blocking_);
    for (const OperationRef& other : departed_last_) wait_for(other);
  } else if (stream.kind == Stream::Kind::blocking) {
    behind(legacy_);
  }
  if (event) {
    operation->clock.join(event->clock);
    wait_for(event);
  }
  operation->position = ++stream.length;
  operation->clock.raise(stream.index, operation->position);
  stream.clock = operation->clock;
  stream.last = operation;
  pending_.push_back(operation);
  return operation;
}

void Queue::finish(Operation& operation) {
  operation.done = true;
  operation.after.clear();
  operation.run = nullptr;
  operation.dropped = nullptr;
  held_bytes_ -= operation.held_bytes;
  operation.held_bytes = 0;
}

void Queue::run(const OperationRef& last, const Execute& execute) {
  if (!last || last->done) return;
  if (last == pending_.front()) {  // what is asked for first waits for nothing
    const OperationRef first = last;
    execute(first);
    finish(*first);
    pending_.pop_front();
    return;
  }
  last->needed = true;
  for (auto operation = pending_.rbegin(); operation != pending_.rend(); ++operation) {
    if (!(*operation)->needed) continue;
    for (const OperationRef& other : (*operation)->after) other->needed = true;
  }
  run_needed(execute);
}

void Queue::run_oldest(const Execute& execute) {
  if (!pending_.empty()) run(pending_.front(), execute);
}

void Queue::run_all(const Execute& execute) {
  for (const OperationRef& operation : pending_) operation->needed = true;
  run_needed(execute);
}

void Queue::run_needed(const Execute& execute) {
  bool alive = true;
  for (size_t i = 0; i < pending_.size() && alive; ++i) {
    const OperationRef operation = pending_[i];
    if (!operation->needed || operation->done) continue;
    alive = execute(operation);
    finish(*operation);
  }
  std::erase_if(pending_, [](const OperationRef& operation) { return operation->done; });
}

void Queue::drop_all(int error) {
  for (const OperationRef& operation : std::deque<OperationRef>(std::move(pending_))) {
    if (operation->dropped && !operation->done) operation->dropped(error);
    finish(*operation);
  }
  pending_.clear();
}

void Queue::host_knows_all() {
  host_.join(legacy_.clock);
  host_.join(departed_);
  for (const auto& [thread, stream] : per_thread_) host_.join(stream.clock);
  for (const auto& [handle, stream] : created_) host_.join(stream.clock);
}

void Queue::forget_clocks() {
  host_ = departed_ = departed_blocking_.clock = legacy_.clock = {};
  for (auto& [thread, stream] : per_thread_) stream.clock = {};
  for (auto& [handle, stream] : created_) stream.clock = {};
}

void Queue::reset() {
  legacy_ = {};
  departed_ = {};
  departed_blocking_ = {};
  departed_last_.clear();
  per_thread_.clear();
  created_.clear();
  pending_.clear();
  host_ = {};
  held_bytes_ = 0;
}

}  // namespace wg
