// The tables are the libraries' own (grader/libraries/NAME/*.inc), so that both sides number alike. Library 1 is cuDNN.
#include "libraries.h"

#include <iterator>

namespace wg {
namespace {

constexpr const char* kCudnnFunctions[] = {
#define X(name) #name,
#include "../../libraries/cudnn/functions.inc"
#undef X
};
constexpr const char* kCudnnReasons[] = {
#define X(name, text) text,
#include "../../libraries/cudnn/reasons.inc"
#undef X
};

}  // namespace

LibraryCall library_call_of(uint32_t library, uint32_t function, uint32_t reason) {
  if (library != 1 || function >= std::size(kCudnnFunctions)) return {};
  return {kCudnnFunctions[function], reason < std::size(kCudnnReasons) ? kCudnnReasons[reason] : ""};
}

}  // namespace wg
