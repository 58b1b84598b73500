#include "counters.h"

#include <algorithm>

namespace wg {
namespace {

// What kind of access a site makes is known from its counters: shared accesses have wavefronts, global ones sectors; loads and stores from
// the opcode.
struct Tally {
  double warps = 0, threads = 0;
  double requests[2] = {}, sectors[2] = {}, wavefronts[2] = {}, conflicts[2] = {}, shared_requests[2] = {}, local_requests[2] = {},
         local_sectors[2] = {};
  double atomics = 0;
  double pipes[kPipeNone + 1] = {};

  void add(const Site& site, uint64_t warp_count, uint64_t thread_count, const AccessCount* a, bool store) {
    if (site.pipe == kPipeNone) return;
    warps += double(warp_count);
    threads += double(thread_count);
    pipes[site.pipe] += double(thread_count);
    if (!a) return;
    const int k = store ? 1 : 0;
    // an instruction with a generic address may have gone to both memories
    if (a->atomics) {
      atomics += double(a->atomics);
      return;
    }
    if (a->wavefronts) {
      shared_requests[k] += double(a->requests) - (a->sectors ? double(a->requests) : 0);
      wavefronts[k] += double(a->wavefronts);
      conflicts[k] += double(a->conflicts);
    }
    if (a->sectors) {
      requests[k] += double(a->requests);
      sectors[k] += double(a->sectors);
    }
    local_requests[k] += double(a->local_requests);
    local_sectors[k] += double(a->local_sectors);
  }

  void metrics(std::map<std::string, double>& m, bool all) const {
    static const char* const kWay[2] = {"ld", "st"};
    m["smsp__inst_executed.sum"] = warps;
    m["smsp__thread_inst_executed.sum"] = threads;
    for (int k = 0; k < 2; k++) {
      const std::string way = kWay[k];
      if (all || requests[k]) {
        m["l1tex__t_requests_pipe_lsu_mem_global_op_" + way + ".sum"] = requests[k];
        m["l1tex__t_sectors_pipe_lsu_mem_global_op_" + way + ".sum"] = sectors[k];
        if (requests[k]) m["l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_" + way + ".ratio"] = sectors[k] / requests[k];
      }
      if (all || local_requests[k]) {
        m["l1tex__t_requests_pipe_lsu_mem_local_op_" + way + ".sum"] = local_requests[k];
        m["l1tex__t_sectors_pipe_lsu_mem_local_op_" + way + ".sum"] = local_sectors[k];
      }
      if (all || wavefronts[k]) {
        m["l1tex__data_pipe_lsu_wavefronts_mem_shared_op_" + way + ".sum"] = wavefronts[k];
        m["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_" + way + ".sum"] = conflicts[k];
        m["smsp__inst_executed_op_shared_" + way + ".sum"] = shared_requests[k];
      }
    }
    if (all || atomics) m["smsp__inst_executed_op_atom.sum"] = atomics;
    static const std::pair<uint8_t, const char*> kPipes[] = {{kPipeFfma, "ffma"}, {kPipeFadd, "fadd"}, {kPipeFmul, "fmul"}};
    for (auto [pipe, name] : kPipes)
      if (all || pipes[pipe]) m[std::string("smsp__sass_thread_inst_executed_op_") + name + "_pred_on.sum"] = pipes[pipe];
  }
};

// Theoretical occupancy: how many warps an SM can hold, by registers, shared memory, warps and blocks (CUDA C++ Programming Guide,
// occupancy calculator).
double occupancy_pct(const Launch& l) {
  const LaunchOptions& o = *l.options;
  const uint32_t warps = uint32_t((l.dim.count() + kLanes - 1) / kLanes);
  uint32_t blocks = std::min(o.blocks_per_sm, o.warps_per_sm / std::max(1u, warps));
  const uint32_t registers = (o.registers_per_thread * kLanes + 255) / 256 * 256 * warps;  // allocated in units of 256 a warp
  if (registers) blocks = std::min(blocks, o.registers_per_sm / registers);
  const uint32_t shared =
      (l.info->static_shared_bytes + l.dynamic_shared_bytes + 1024 + 127) / 128 * 128;  // 1 KiB a block is the system's since sm_80
  blocks = std::min(blocks, o.shared_bytes_per_sm / shared);
  return 100.0 * blocks * warps / o.warps_per_sm;
}

}  // namespace

void summarise(const ProgramImpl& program, const Launch& launch, const BlockRecord& total, LaunchResult& result) {
  result.error = total.error;
  result.printf_text = total.text;
  result.warp_instructions = total.instructions;

  Tally kernel;
  std::map<uint32_t, Tally> by_location;
  for (const Site& s : program.sites) {
    const uint64_t warps = total.block_counts[2 * size_t(s.block_counter)], threads = total.block_counts[2 * size_t(s.block_counter) + 1];
    if (!warps) continue;
    const AccessCount* a = s.memory >= 0 ? &total.accesses[size_t(s.memory)] : nullptr;
    kernel.add(s, warps, threads, a, s.store);
    if (s.location) by_location[s.location].add(s, warps, threads, a, s.store);
  }
  kernel.metrics(result.metrics, true);
  result.metrics["smsp__sass_branch_targets_threads_divergent.sum"] = double(total.divergent_branches);
  if (launch.options->registers_per_thread) result.metrics["sm__maximum_warps_per_active_cycle_pct"] = occupancy_pct(launch);
  for (const auto& [location, tally] : by_location) {
    LineMetrics line;
    line.frames = program.frames[location];
    tally.metrics(line.metrics, false);
    result.lines.push_back(std::move(line));
  }

  for (const auto& [key, f] : total.findings) {
    Finding out;
    out.verdict = f.verdict;
    out.note = f.note;
    out.kernel = launch.info->demangled;
    out.frames = program.frames[program.sites[f.site].location];
    if (f.other_site != kNoSite && f.other_site < program.sites.size())
      out.other_frames = program.frames[program.sites[f.other_site].location];
    out.block = f.block;
    out.thread = f.thread;
    out.other_thread = f.other_thread;
    out.count = f.count;
    out.message = f.message;
    result.findings.push_back(std::move(out));
  }
}

}  // namespace wg
