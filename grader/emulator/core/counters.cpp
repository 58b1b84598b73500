#include "counters.h"

#include <algorithm>

#include "causes.h"

namespace wg {
namespace {

// How a memory instruction accesses: the last part of Nsight Compute's names. Shared memory knows no `red`: it is an `atom` there.
const char* const kWay[] = {"ld", "st", "atom", "red"};
constexpr int kWays = 4, kAtom = 2, kReduction = 3;
constexpr int kFormats = 3, kOperations = 3;
const char kFormatLetter[kFormats] = {'h', 'f', 'd'};     // as in hadd, fadd, dadd
const char* const kOperation[] = {"add", "mul", "fma"};   // Arithmetic without `none`
constexpr double kOperationsOf[kOperations] = {1, 1, 2};  // floating-point operations
const char* const kSpace[] = {"global", "shared", "local"};
enum Space { kGlobal, kShared, kLocal, kSpaces };

struct Tally {
  double warps = 0, threads = 0, predicated_on = 0;
  double requests[kWays] = {}, sectors[kWays] = {};  // global
  double shared_requests[kWays] = {}, wavefronts[kWays] = {}, conflicts[kWays] = {};
  double local_requests[kWays] = {}, local_sectors[kWays] = {};
  double bytes[kSpaces][kWays] = {};  // that threads ask for
  double constant_requests = 0, barriers = 0;
  double branches = 0, divergent = 0;
  double pipe_warps[kSmPipes] = {}, pipe_threads[kSmPipes] = {};
  double arithmetic[kFormats][kOperations] = {};

  // An instruction that `warp_count` warps executed with `thread_count` lanes, of which its guard let `on` through.
  void add(const Site& site, double warp_count, double thread_count, double on, double parted, const AccessCount* a) {
    divergent += parted;
    if (site.pipe == kPipeNone) return;
    const Work& work = site.work;
    warps += warp_count;
    threads += thread_count;
    predicated_on += on;
    pipe_warps[int(work.pipe)] += warp_count;
    pipe_threads[int(work.pipe)] += on;
    if (work.arithmetic != Arithmetic::none) arithmetic[int(work.format)][int(work.arithmetic) - 1] += on * work.values;
    if (work.barrier) barriers += warp_count;
    if (site.branch >= 0) branches += warp_count;
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
    // A generic address may lead to several spaces: its threads are taken to be spread as its requests are.
    const double in[kSpaces] = {double(a->requests), double(a->shared_requests), double(a->local_requests)};
    const double all = in[kGlobal] + in[kShared] + in[kLocal];
    for (int s = 0; s < kSpaces; s++)
      if (all) bytes[s][s == kShared ? shared_way : way] += on * site.bytes * (in[s] / all);
  }

  // all: of a kernel, where a zero says something too.
  void metrics(std::map<std::string, double>& m, bool all) const {
    m["smsp__inst_executed.sum"] = warps;
    m["smsp__thread_inst_executed.sum"] = threads;
    m["smsp__thread_inst_executed_pred_on.sum"] = predicated_on;
    for (int k = 0; k < kWays; k++) {
      const std::string way = kWay[k];
      if (all || requests[k]) {
        m["l1tex__t_requests_pipe_lsu_mem_global_op_" + way + ".sum"] = requests[k];
        m["l1tex__t_sectors_pipe_lsu_mem_global_op_" + way + ".sum"] = sectors[k];
        m["l1tex__t_bytes_pipe_lsu_mem_global_op_" + way + ".sum"] = sectors[k] * 32;
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
      for (int s = 0; s < kSpaces; s++)
        if (bytes[s][k] || (all && k < kAtom))
          m[std::string("smsp__sass_data_bytes_mem_") + kSpace[s] + "_op_" + way + ".sum"] = bytes[s][k];
    }
    const double atomics = requests[kAtom] + requests[kReduction] + shared_requests[kAtom];
    if (all || atomics) m["smsp__inst_executed_op_atom.sum"] = atomics;
    if (all || constant_requests) m["idc__requests.sum"] = constant_requests;
    if (all || barriers) m["smsp__inst_executed_op_barrier.sum"] = barriers;
    if (all || branches || divergent) {
      m["smsp__sass_branch_targets.sum"] = branches;
      m["smsp__sass_branch_targets_threads_divergent.sum"] = divergent;
      m["smsp__sass_branch_targets_threads_uniform.sum"] = std::max(0.0, branches - divergent);
    }
    for (int p = 0; p < kSmPipes; p++) {
      if (!all && !pipe_warps[p]) continue;
      m[std::string("smsp__inst_executed_pipe_") + kSmPipeNames[p] + ".sum"] = pipe_warps[p];
      m[std::string("smsp__thread_inst_executed_pipe_") + kSmPipeNames[p] + "_pred_on.sum"] = pipe_threads[p];
    }
    for (int f = 0; f < kFormats; f++) {
      const char letter = kFormatLetter[f];
      double operations = 0;
      for (int k = 0; k < kOperations; k++) {
        operations += arithmetic[f][k] * kOperationsOf[k];
        if (all || arithmetic[f][k])
          m[std::string("smsp__sass_thread_inst_executed_op_") + letter + kOperation[k] + "_pred_on.sum"] = arithmetic[f][k];
      }
      if (all || operations)
        m[std::string("smsp__sass_thread_inst_executed_ops_") + letter + "add_" + letter + "mul_" + letter + "fma_pred_on.sum"] =
            operations;
    }
  }
};

// Sectors, each once: what the DRAM moves, pinned memory apart, and what the host sees as well, if there is any.
void moved(const Launch& launch, const BlockRecord& total, std::map<std::string, double>& metrics) {
  uint64_t read = 0, written = 0, host_read = 0, host_written = 0;
  if (!total.error)  // whichever blocks ran beside the one that ended the kernel must not be seen
    for (const auto& [a, of] : launch.touched->all()) {
      const uint64_t r = of.read.count(), w = of.written.count();
      if (a->kind != AllocationKind::pinned) read += r, written += w;
      if (!a->freed && a->host_sees()) host_read += r, host_written += w;
    }
  metrics["dram__bytes_read.sum"] = 32 * double(read);
  metrics["dram__bytes_write.sum"] = 32 * double(written);
  metrics["dram__bytes.sum"] = 32 * double(read + written);
  if (host_read) metrics["lts__t_sectors_aperture_sysmem_op_read.sum"] = double(host_read);
  if (host_written) metrics["lts__t_sectors_aperture_sysmem_op_write.sum"] = double(host_written);
}

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
    const uint64_t on = s.guarded >= 0 ? total.guarded[size_t(s.guarded)] : threads;
    const uint64_t parted = s.branch >= 0 ? total.divergent[size_t(s.branch)] : 0;
    kernel.add(s, double(warps), double(threads), double(on), double(parted), a);
    if (s.location) by_location[s.location].add(s, double(warps), double(threads), double(on), double(parted), a);
    if (!a || !s.location) continue;
    for (const AccessSpace space : {AccessSpace::global, AccessSpace::shared}) {
      const auto picture = total.pictures.find({uint32_t(s.memory), space});
      if (picture != total.pictures.end()) keep_worse(worst[s.location], picture->second);
    }
  }
  kernel.metrics(result.metrics, true);
  moved(launch, total, result.metrics);
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
