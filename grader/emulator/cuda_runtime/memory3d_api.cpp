// Three-dimensional pitched memory, and copies between devices (there is one: both sides are it).
//
// A box is sent as one pitched copy where its rows lie evenly, else slice by slice: the trace then has a call a slice.
#include "export.h"
#include "moves.h"

using namespace wg::client;
using wg::AllocationKind;

namespace {

constexpr size_t kPitchStep = 512;
constexpr size_t kLargest = size_t{1} << 40;  // bytes: beyond any card

// One side of a copy: where the box begins, and the distances of its rows and slices.
struct Side {
  uint8_t* at;
  size_t pitch, slice;
};

// False: the box doesn't fit into what the pitched pointer says about itself.
bool place(const cudaPitchedPtr& memory, const cudaPos& position, const cudaExtent& box, Side* side) {
  if (box.depth > 1 && memory.ysize < position.y + box.height) return false;
  side->pitch = memory.pitch;
  side->slice = memory.pitch * memory.ysize;
  side->at = static_cast<uint8_t*>(memory.ptr) + position.z * side->slice + position.y * memory.pitch + position.x;
  return true;
}

bool too_large(const cudaExtent& box) { return box.width > kLargest || box.height > kLargest || box.depth > kLargest; }

int copy_box(Api api, const cudaMemcpy3DParms& p, bool asynchronous, void* stream) {
  if (p.srcArray || p.dstArray) return tell(Op::unsupported, api);
  const cudaExtent& box = p.extent;
  if (p.kind < 0 || p.kind > 4) return finish(api, kInvalidMemcpyDirection);
  if (too_large(box)) return finish(api, kInvalidValue);
  if (box.width == 0 || box.height == 0 || box.depth == 0) return finish(api, kSuccess);
  if (!p.srcPtr.ptr || !p.dstPtr.ptr) return finish(api, kInvalidValue);
  const bool single_row = box.height == 1 && box.depth == 1;
  if (!single_row && (p.srcPtr.pitch < p.srcPos.x + box.width || p.dstPtr.pitch < p.dstPos.x + box.width))
    return finish(api, kInvalidPitchValue);
  Side from, to;
  if (!place(p.srcPtr, p.srcPos, box, &from) || !place(p.dstPtr, p.dstPos, box, &to)) return finish(api, kInvalidValue);
  if (box.height == 1)  // a row a slice: the slices' distance is the pitch
    return copy(api, to.at, to.slice, from.at, from.slice, box.width, box.depth, p.kind, asynchronous, stream);
  if (box.depth == 1 || (from.slice == from.pitch * box.height && to.slice == to.pitch * box.height))
    return copy(api, to.at, to.pitch, from.at, from.pitch, box.width, box.height * box.depth, p.kind, asynchronous, stream);
  for (size_t z = 0; z < box.depth; ++z) {
    const int error = copy(api, to.at + z * to.slice, to.pitch, from.at + z * from.slice, from.pitch, box.width, box.height, p.kind,
                           asynchronous, stream);
    if (error) return error;
  }
  return kSuccess;
}

int fill_box(Api api, const cudaPitchedPtr& memory, int value, const cudaExtent& box, void* stream) {
  if (too_large(box)) return finish(api, kInvalidValue);
  if (box.width == 0 || box.height == 0 || box.depth == 0) return finish(api, kSuccess);
  Side to;
  if (!place(memory, {}, box, &to) || memory.pitch < box.width) return finish(api, kInvalidValue);
  if (box.depth == 1 || memory.ysize == box.height) return fill(api, to.at, to.pitch, value, box.width, box.height * box.depth, stream);
  for (size_t z = 0; z < box.depth; ++z) {
    if (const int error = fill(api, to.at + z * to.slice, to.pitch, value, box.width, box.height, stream)) return error;
  }
  return kSuccess;
}

int copy_between(Api api, void* to, int to_device, const void* from, int from_device, size_t bytes, bool asynchronous, void* stream) {
  if (to_device != 0 || from_device != 0) return finish(api, kInvalidDevice);
  return copy(api, to, bytes, from, bytes, bytes, 1, 3, asynchronous, stream);
}

int copy_box_between(Api api, const cudaMemcpy3DPeerParms* p, bool asynchronous, void* stream) {
  if (!p) return finish(api, kInvalidValue);
  if (p->srcDevice != 0 || p->dstDevice != 0) return finish(api, kInvalidDevice);
  return copy_box(api, {p->srcArray, p->srcPos, p->srcPtr, p->dstArray, p->dstPos, p->dstPtr, p->extent, 3}, asynchronous, stream);
}

}  // namespace

extern "C" {

cudaError_t cudaMalloc3D(cudaPitchedPtr* result, cudaExtent box) {
  constexpr Api api = Api::cudaMalloc3D;
  if (!result || too_large(box)) return finish(api, kInvalidValue);
  const size_t pitch = (box.width + kPitchStep - 1) / kPitchStep * kPitchStep;
  const auto bytes = static_cast<unsigned __int128>(pitch) * box.height * box.depth;
  if (bytes > kLargest) return finish(api, kMemoryAllocation);
  *result = {nullptr, pitch, box.width, box.height};
  return allocate(api, AllocationKind::device, &result->ptr, static_cast<size_t>(bytes));
}

cudaError_t cudaMemcpy3D(const cudaMemcpy3DParms* p) {
  return p ? copy_box(Api::cudaMemcpy3D, *p, false, nullptr) : finish(Api::cudaMemcpy3D, kInvalidValue);
}
cudaError_t cudaMemcpy3DAsync(const cudaMemcpy3DParms* p, void* stream) {
  return p ? copy_box(Api::cudaMemcpy3DAsync, *p, true, stream) : finish(Api::cudaMemcpy3DAsync, kInvalidValue);
}

cudaError_t cudaMemset3D(cudaPitchedPtr memory, int value, cudaExtent box) {
  return fill_box(Api::cudaMemset3D, memory, value, box, nullptr);
}
cudaError_t cudaMemset3DAsync(cudaPitchedPtr memory, int value, cudaExtent box, void* stream) {
  return fill_box(Api::cudaMemset3DAsync, memory, value, box, stream);
}

cudaError_t cudaMemcpyPeer(void* to, int to_device, const void* from, int from_device, size_t bytes) {
  return copy_between(Api::cudaMemcpyPeer, to, to_device, from, from_device, bytes, false, nullptr);
}
cudaError_t cudaMemcpyPeerAsync(void* to, int to_device, const void* from, int from_device, size_t bytes, void* stream) {
  return copy_between(Api::cudaMemcpyPeerAsync, to, to_device, from, from_device, bytes, true, stream);
}

cudaError_t cudaMemcpy3DPeer(const cudaMemcpy3DPeerParms* p) { return copy_box_between(Api::cudaMemcpy3DPeer, p, false, nullptr); }
cudaError_t cudaMemcpy3DPeerAsync(const cudaMemcpy3DPeerParms* p, void* stream) {
  return copy_box_between(Api::cudaMemcpy3DPeerAsync, p, true, stream);
}

}  // extern "C"

WG_ALIAS(cudaMemcpy3D, _ptds);
WG_ALIAS(cudaMemcpy3DAsync, _ptsz);
WG_ALIAS(cudaMemset3D, _ptds);
WG_ALIAS(cudaMemset3DAsync, _ptsz);
WG_ALIAS(cudaMemcpy3DPeer, _ptds);
WG_ALIAS(cudaMemcpy3DPeerAsync, _ptsz);
