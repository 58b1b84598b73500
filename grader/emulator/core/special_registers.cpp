#include "special_registers.h"

namespace wg {

std::optional<uint64_t> fixed_special_register(const std::string& name) {
  static const std::map<std::string, uint64_t> values = {{"%cluster_ctaid.x", 0},
                                                         {"%cluster_ctaid.y", 0},
                                                         {"%cluster_ctaid.z", 0},
                                                         {"%cluster_ctarank", 0},
                                                         {"%cluster_nctaid.x", 1},
                                                         {"%cluster_nctaid.y", 1},
                                                         {"%cluster_nctaid.z", 1},
                                                         {"%cluster_nctarank", 1},
                                                         {"%is_explicit_cluster", 0},
                                                         {"%current_graph_exec", 0},
                                                         {"%reserved_smem_offset_begin", 0},
                                                         {"%reserved_smem_offset_end", 0},
                                                         {"%reserved_smem_offset_cap", 0},
                                                         {"%reserved_smem_offset_0", 0},
                                                         {"%reserved_smem_offset_1", 0}};
  const auto it = values.find(name);
  if (it != values.end()) return it->second;
  // environment registers and performance counters: whoever sets them up is not here
  if (name.starts_with("%envreg") || name.starts_with("%pm")) return 0;
  return std::nullopt;
}

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
                                                          {"%total_smem_size", K::total_shared_bytes},
                                                          {"%aggr_smem_size", K::total_shared_bytes},
                                                          // a grid's blocks are clusters of one
                                                          {"%clusterid.x", K::ctaid_x},
                                                          {"%clusterid.y", K::ctaid_y},
                                                          {"%clusterid.z", K::ctaid_z},
                                                          {"%nclusterid.x", K::nctaid_x},
                                                          {"%nclusterid.y", K::nctaid_y},
                                                          {"%nclusterid.z", K::nctaid_z}};
  const auto it = names.find(name);
  return it == names.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace wg
