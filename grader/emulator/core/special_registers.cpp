#include "special_registers.h"

namespace wg {

std::optional<Slot::Kind> special_register(const std::string& name) {
  using K = Slot::Kind;
  static const std::map<std::string, Slot::Kind> names = {{"%tid.x", K::tid_x},
                                                          {"%tid.y", K::tid_y},
                                                          {"%tid.z", K::tid_z},
                                                          {"%ntid.x", K::ntid_x},
                                                          {"%ntid.y", K::ntid_y},
                                                          {"%ntid.z", K::ntid_z},
                                                          {"%ctaid.x", K::ctaid_x},
                                                          {"%ctaid.y", K::ctaid_y},
                                                          {"%ctaid.z", K::ctaid_z},
                                                          {"%nctaid.x", K::nctaid_x},
                                                          {"%nctaid.y", K::nctaid_y},
                                                          {"%nctaid.z", K::nctaid_z},
                                                          {"%laneid", K::laneid},
                                                          {"%warpid", K::warpid},
                                                          {"%nwarpid", K::nwarpid},
                                                          {"%smid", K::smid},
                                                          {"%nsmid", K::nsmid},
                                                          {"%gridid", K::gridid},
                                                          {"%lanemask_eq", K::lanemask_eq},
                                                          {"%lanemask_le", K::lanemask_le},
                                                          {"%lanemask_lt", K::lanemask_lt},
                                                          {"%lanemask_ge", K::lanemask_ge},
                                                          {"%lanemask_gt", K::lanemask_gt},
                                                          {"%envreg1", K::grid_workspace_high},
                                                          {"%envreg2", K::grid_workspace_low},
                                                          {"%dynamic_smem_size", K::dynamic_shared_bytes},
                                                          {"%total_smem_size", K::total_shared_bytes}};
  const auto it = names.find(name);
  return it == names.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace wg
