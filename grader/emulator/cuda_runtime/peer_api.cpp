// Peer access. There is one device, so it has no peer: what CUDA answers on a machine with one card.
#include "export.h"

using namespace wg::client;

extern "C" {

cudaError_t cudaDeviceCanAccessPeer(int* can, int device, int peer) {
  constexpr Api api = Api::cudaDeviceCanAccessPeer;
  if (!can) return finish(api, kInvalidValue);
  if (device != 0 || peer != 0) return finish(api, kInvalidDevice);
  *can = 0;  // a device is no peer of its own
  return finish(api, kSuccess);
}

cudaError_t cudaDeviceEnablePeerAccess(int, unsigned flags) {
  return finish(Api::cudaDeviceEnablePeerAccess, flags ? kInvalidValue : kInvalidDevice);
}

cudaError_t cudaDeviceDisablePeerAccess(int peer) {
  return finish(Api::cudaDeviceDisablePeerAccess, peer == 0 ? kPeerAccessNotEnabled : kInvalidDevice);
}

cudaError_t cudaDeviceGetP2PAttribute(int* value, int attribute, int, int) {
  const bool known = value && attribute >= 1 && attribute <= 5;
  return finish(Api::cudaDeviceGetP2PAttribute, known ? kInvalidDevice : kInvalidValue);  // no two devices differ
}

}  // extern "C"
