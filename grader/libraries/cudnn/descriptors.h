// Creating and destroying: the same for all descriptors.
#pragma once
#include <new>

#include "standin.h"

namespace cudnn_standin {

template <class Descriptor>
Outcome create(Descriptor** descriptor) {
  if (!descriptor) return bad(Reason::null_result);
  *descriptor = new (std::nothrow) Descriptor;
  return *descriptor ? Outcome{} : Outcome{CUDNN_STATUS_ALLOC_FAILED, Reason::no_memory};
}

template <class Descriptor>
Outcome destroy(Descriptor* descriptor) {
  delete descriptor;  // NULL is nothing
  return {};
}

// Of one whose values are asked for.
template <class Descriptor>
Outcome known(const Descriptor* descriptor) {
  if (!descriptor) return bad(Reason::null_descriptor);
  return descriptor->set ? Outcome{} : bad(Reason::unset_descriptor);
}

template <class Enum>
bool within(Enum value, Enum last) {
  return static_cast<int>(value) >= 0 && static_cast<int>(value) <= static_cast<int>(last);
}

inline bool is_type(cudnnDataType_t type) { return within(type, CUDNN_DATA_BOOLEAN); }

}  // namespace cudnn_standin
