#include "counters.h"

#include "causes.h"

namespace wg {
namespace {

// How a memory instruction accesses: the last part of Nsight Compute's names. Shared memory knows no `red`: it is an `atom` there.
const char* const kWay[] = {"ld", "st", "atom", "red"};
constexpr int kWays = 4, kAtom = 2, kReduction = 3;

struct Tally {
  double warps = 0, threads = 0;
  double requests[kWays] = {}, sectors[kWays] = {};  // global
  double shared_requests[kWays] = {}, wavefronts[kWays] = {}, conflicts[kWays] = {};
  double local_requests[kWays] = {}, local_sectors[kWays] = {};
  double constant_requests = 0;
  double pipes[kPipeNone + 1] = {};

  void add(const Site& site, uint64_t warp_count, uint64_t thread_count, const AccessCount* a) {
    if (site.pipe == kPipeNone) return;
    warps += double(warp_count);
    threads += double(thread_count);
    pipes[site.pipe] += double(thread_count);
    if (!a) return;
    const int way = int(site.way), shared_way = way == kReduction ? kAtom : way;
    requests[way] += double(a->requests);
    sectors[way] += double(a->sectors);
    shared_requests[shared_way] += double(a->shared_requests);
    wavefronts[shared_way] += double(a->wavefronts);
    conflicts[shared_way] += double(a->conflicts);
    local_requests[way] += double(a->local_requests);
    local_sectors[way] += double(a->local_sectors);
    constant_requests += double(a->constant_requests);
  }

  // all: of a kernel, where a zero says something too.
  void metrics(std::map<std::string, double>& m, bool all) const {
    m["smsp__inst_executed.sum"] = warps;
    m["smsp__thread_inst_executed.sum"] = threads;
    for (int k = 0; k < kWays; k++) {
      const std::string way = kWay[k];
      if (all || requests[k]) {
        m["l1tex__t_requests_pipe_lsu_mem_global_op_" + way + ".sum"] = requests[k];
        m["l1tex__t_sectors_pipe_lsu_mem_global_op_" + way + ".sum"] = sectors[k];
        if (requests[k]) m["l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_" + way + ".ratio"] = sectors[k] / requests[k];
      }
      if (k < kAtom && (all || local_requests[k])) {
        m["l1tex__t_requests_pipe_lsu_mem_local_op_" + way + ".sum"] = local_requests[k];
        m["l1tex__t_sectors_pipe_lsu_mem_local_op_" + way + ".sum"] = local_sectors[k];
      }
      if (k < kReduction && (all || wavefronts[k])) {
        m["l1tex__data_pipe_lsu_wavefronts_mem_shared_op_" + way + ".sum"] = wavefronts[k];
        m["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_" + way + ".sum"] = conflicts[k];
        m["smsp__inst_executed_op_shared_" + way + ".sum"] = shared_requests[k];
      }
    }
    const double atomics = requests[kAtom] + requests[kReduction] + shared_requests[kAtom];
    if (all || atomics) m["smsp__inst_executed_op_atom.sum"] = atomics;
    if (all || constant_requests) m["idc__requests.sum"] = constant_requests;
    static const std::pair<uint8_t, const char*> kPipes[] = {{kPipeFfma, "ffma"}, {kPipeFadd, "fadd"}, {kPipeFmul, "fmul"}};
    for (auto [pipe, name] : kPipes)
      if (all || pipes[pipe]) m[std::string("smsp__sass_thread_inst_executed_op_") + name + "_pred_on.sum"] = pipes[pipe];
  }
};

}  // namespace

void summarise(const ProgramImpl& program, const Launch& launch, const BlockRecord& total, LaunchResult& result) {
  result.error = total.error;
  result.printf_text = total.text;
  result.warp_instructions = total.instructions;
  result.longest_block_instructions = total.longest;

  Tally kernel;
  std::map<uint32_t, Tally> by_location;
  std::map<uint32_t, Pictures> worst;  // by location
  for (const Site& s : program.sites) {
    const uint64_t warps = total.block_counts[2 * size_t(s.block_counter)], threads = total.block_counts[2 * size_t(s.block_counter) + 1];
    if (!warps) continue;
    const AccessCount* a = s.memory >= 0 ? &total.accesses[size_t(s.memory)] : nullptr;
    kernel.add(s, warps, threads, a);
    if (s.location) by_location[s.location].add(s, warps, threads, a);
    if (!a || !s.location) continue;
    for (const AccessSpace space : {AccessSpace::global, AccessSpace::shared}) {
      const auto picture = total.pictures.find({uint32_t(s.memory), space});
      if (picture != total.pictures.end()) keep_worse(worst[s.location], picture->second);
    }
  }
  kernel.metrics(result.metrics, true);
  result.metrics["smsp__sass_branch_targets_threads_divergent.sum"] = double(total.divergent_branches);
  for (const auto& [location, tally] : by_location) {
    LineMetrics line;
    line.frames = program.frames[location];
    tally.metrics(line.metrics, false);
    if (const auto pictures = worst.find(location); pictures != worst.end()) line.worst = pictures->second;
    result.lines.push_back(std::move(line));
  }

  for (const RawFinding* raw : causes(program, total.findings)) {
    const RawFinding& f = *raw;
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
