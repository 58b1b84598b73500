// protobuf_parts.cc, written for this course: what code that builds an OperatorDef needs of protobuf 3.13 and PyTorch 1.10's libraries keep
// to themselves. Without arenas, which Caffe2 doesn't use: what only they would need ends the program.
#include <google/protobuf/arena.h>
#include <google/protobuf/repeated_field.h>
#include <google/protobuf/stubs/logging.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>

namespace google {
namespace protobuf {
namespace internal {

LogMessage::LogMessage(LogLevel level, const char* file, int line) : level_(level), filename_(file), line_(line) {}
LogMessage::~LogMessage() {}
LogMessage& LogMessage::operator<<(const char* value) { return *this << std::string(value); }
LogMessage& LogMessage::operator<<(int value) { return *this << std::to_string(value); }
LogMessage& LogMessage::operator<<(const std::string& value) {
  message_ += value;
  return *this;
}
void LogMessage::Finish() {
  if (level_ == LOGLEVEL_FATAL) throw std::runtime_error(message_);
  std::cerr << message_ << '\n';
}
void LogFinisher::operator=(LogMessage& message) { message.Finish(); }

// Room for `extra` more pointers -> where the first of them goes. The elements stay the objects that they are.
void** RepeatedPtrFieldBase::InternalExtend(int extra) {
  const int wanted = current_size_ + extra;
  if (total_size_ >= wanted) return &rep_->elements[current_size_];
  if (GetArena() != nullptr) std::abort();
  const int size = std::max(4, std::max(2 * total_size_, wanted));
  Rep* const old = rep_;
  rep_ = static_cast<Rep*>(::operator new(kRepHeaderSize + sizeof(rep_->elements[0]) * static_cast<size_t>(size)));
  rep_->allocated_size = old == nullptr ? 0 : old->allocated_size;
  if (old != nullptr) {
    std::memcpy(rep_->elements, old->elements, sizeof(rep_->elements[0]) * static_cast<size_t>(old->allocated_size));
    ::operator delete(old);
  }
  total_size_ = size;
  return &rep_->elements[current_size_];
}
void RepeatedPtrFieldBase::Reserve(int size) {
  if (size > current_size_) InternalExtend(size - current_size_);
}
void RepeatedPtrFieldBase::CloseGap(int start, int num) {
  if (rep_ == nullptr) return;
  for (int i = start + num; i < rep_->allocated_size; ++i) rep_->elements[i - num] = rep_->elements[i];
  current_size_ -= num;
  rep_->allocated_size -= num;
}
size_t StringSpaceUsedExcludingSelfLong(const std::string& text) { return text.capacity(); }

void* ArenaImpl::AllocateAlignedAndAddCleanup(size_t, void (*)(void*)) { std::abort(); }
void ArenaImpl::AddCleanup(void*, void (*)(void*)) { std::abort(); }
uint64 ArenaImpl::SpaceAllocated() const { std::abort(); }

}  // namespace internal

void* Arena::AllocateAlignedNoHook(size_t) { std::abort(); }
void Arena::OnArenaAllocation(const std::type_info*, size_t) const { std::abort(); }

}  // namespace protobuf
}  // namespace google

template class google::protobuf::RepeatedPtrField<std::string>;
template class google::protobuf::RepeatedField<bool>;
template class google::protobuf::RepeatedField<google::protobuf::int32>;
template class google::protobuf::RepeatedField<google::protobuf::uint32>;
template class google::protobuf::RepeatedField<google::protobuf::int64>;
template class google::protobuf::RepeatedField<google::protobuf::uint64>;
template class google::protobuf::RepeatedField<float>;
template class google::protobuf::RepeatedField<double>;
