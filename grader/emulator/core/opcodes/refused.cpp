// What the emulated GPU does not have: refused when a module is loaded, by name and with the reason. A family leaves this table when it
// gets rows of its own.
#include "table.h"

namespace wg {
namespace {

struct Family {
  const char* why;
  std::vector<const char*> names;
};

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      {"tensor-core instructions are not emulated yet", {"wmma", "mma", "ldmatrix", "stmatrix", "movmatrix", "wgmma", "tcgen05"}},
      {"textures and surfaces are not emulated yet", {"tex", "tld4", "txq", "sust", "suld", "sured", "suq", "istypep"}},
      {"bulk and tensor copies (TMA) are not emulated yet",
       {"cp.async.bulk", "cp.reduce", "tensormap", "st.bulk", "st.async", "red.async"}},
      {"thread block clusters are not emulated yet", {"barrier.cluster", "mapa", "getctarank", "clusterlaunchcontrol"}},
      {"memory of several devices is not emulated", {"multimem"}},
      {"the stack of a thread can't be moved on the emulated GPU", {"alloca", "stacksave", "stackrestore"}},
  };
  return all;
}

}  // namespace

std::vector<Row> refused_rows() {
  std::vector<Row> rows;
  for (const Family& family : families())
    for (const char* name : family.names) rows.push_back({name, {}, nullptr, kPipeOther, family.why});
  return rows;
}

}  // namespace wg
