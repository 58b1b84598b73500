// Which registers an instruction reads and writes, by their index in its function. And what a whole function does with each.
#pragma once
#include <cstdint>
#include <vector>

#include "ptx.h"

namespace wg {

struct RegisterUse {                       // its guard is not among them
  std::vector<uint32_t> sources, targets;  // as often as they stand there
};

RegisterUse registers_of(const ptx::Instruction& in);

// Where a register is written and read: instructions, ascending. One that reads it twice stands there twice; guards read.
struct RegisterPlaces {
  std::vector<uint32_t> definitions, uses;
};

std::vector<RegisterPlaces> places_of(const ptx::Function& function);  // by register

// Which elements of a load into registers (bit k: element k) are only stored again: nobody computes with them.
uint8_t only_stored(const ptx::Function& function, const std::vector<RegisterPlaces>& places, const ptx::Instruction& load);

}  // namespace wg
