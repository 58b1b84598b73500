// What the program was told about managed memory, for the calls that end an allocation or the context.
#pragma once
#include <cstdint>

namespace wg::client {

void forget_advice();  // all of it
void forget_advice(uint64_t from, uint64_t bytes);

}  // namespace wg::client
