// The device's own memory pool and one of the program's: what they say of themselves, and what is taken from which.
#include <cstdint>

#include "check.cuh"

static uint64_t ask(cudaMemPool_t pool, cudaMemPoolAttr which) {
  uint64_t value = ~0ull;
  CHECK(cudaMemPoolGetAttribute(pool, which, &value));
  return value;
}

int main() {
  int supported = 0;
  CHECK(cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, 0));
  EXPECT(supported == 1);
  cudaMemPool_t standard, current, mine;
  CHECK(cudaDeviceGetDefaultMemPool(&standard, 0));
  CHECK(cudaDeviceGetMemPool(&current, 0));
  EXPECT(standard && standard == current);
  cudaMemLocation here = {cudaMemLocationTypeDevice, 0};
  CHECK(cudaMemGetDefaultMemPool(&current, &here, cudaMemAllocationTypePinned));
  EXPECT(current == standard);

  const uint64_t used = ask(standard, cudaMemPoolAttrUsedMemCurrent);
  char *a, *b;
  CHECK(cudaMallocAsync(&a, 1000, 0));
  CHECK(cudaMallocAsync(&b, 100000, 0));
  const uint64_t more = ask(standard, cudaMemPoolAttrUsedMemCurrent);
  EXPECT(more >= used + 101000 && more <= used + 2 * 101000);
  EXPECT(ask(standard, cudaMemPoolAttrReservedMemCurrent) >= more && ask(standard, cudaMemPoolAttrUsedMemHigh) >= more);
  CHECK(cudaFreeAsync(b, 0));
  CHECK(cudaStreamSynchronize(0));
  EXPECT(ask(standard, cudaMemPoolAttrUsedMemCurrent) < more && ask(standard, cudaMemPoolAttrUsedMemHigh) >= more);
  uint64_t zero = 0, keep = UINT64_MAX;
  CHECK(cudaMemPoolSetAttribute(standard, cudaMemPoolAttrUsedMemHigh, &zero));
  EXPECT(ask(standard, cudaMemPoolAttrUsedMemHigh) < more);
  CHECK(cudaMemPoolSetAttribute(standard, cudaMemPoolAttrReleaseThreshold, &keep));
  EXPECT(ask(standard, cudaMemPoolAttrReleaseThreshold) == keep);
  CHECK(cudaFreeAsync(a, 0));
  CHECK(cudaStreamSynchronize(0));
  EXPECT(ask(standard, cudaMemPoolAttrUsedMemCurrent) == used && ask(standard, cudaMemPoolAttrReservedMemCurrent) > 0);
  CHECK(cudaMemPoolTrimTo(standard, 0));
  EXPECT(ask(standard, cudaMemPoolAttrReservedMemCurrent) == 0 || used > 0);
  int on = -1;
  CHECK(cudaMemPoolGetAttribute(standard, cudaMemPoolReuseAllowOpportunistic, &on));
  EXPECT(on == 1);
  on = 0;
  CHECK(cudaMemPoolSetAttribute(standard, cudaMemPoolReuseAllowOpportunistic, &on));
  on = 5;
  CHECK(cudaMemPoolGetAttribute(standard, cudaMemPoolReuseAllowOpportunistic, &on));
  EXPECT(on == 0);

  cudaMemPoolProps props = {};
  props.allocType = cudaMemAllocationTypePinned;
  props.location = here;
  CHECK(cudaMemPoolCreate(&mine, &props));
  cudaMemAccessFlags access = cudaMemAccessFlagsProtNone;
  CHECK(cudaMemPoolGetAccess(&access, mine, &here));
  EXPECT(access == cudaMemAccessFlagsProtReadWrite);
  cudaMemAccessDesc desc = {here, cudaMemAccessFlagsProtReadWrite};
  CHECK(cudaMemPoolSetAccess(mine, &desc, 1));
  CHECK(cudaDeviceSetMemPool(0, mine));
  CHECK(cudaDeviceGetMemPool(&current, 0));
  EXPECT(current == mine);
  CHECK(cudaMallocAsync(&a, 4096, 0));
  EXPECT(ask(mine, cudaMemPoolAttrUsedMemCurrent) >= 4096 && ask(standard, cudaMemPoolAttrUsedMemCurrent) == used);
  CHECK(cudaFreeAsync(a, 0));
  CHECK(cudaMemSetMemPool(&here, cudaMemAllocationTypePinned, standard));
  CHECK(cudaMemGetMemPool(&current, &here, cudaMemAllocationTypePinned));
  EXPECT(current == standard);
  CHECK(cudaStreamSynchronize(0));
  CHECK(cudaMallocFromPoolAsync(reinterpret_cast<void**>(&a), 64, standard, 0));
  CHECK(cudaMemsetAsync(a, 1, 64, 0));
  CHECK(cudaFreeAsync(a, 0));
  CHECK(cudaStreamSynchronize(0));
  CHECK(cudaMemPoolDestroy(mine));

  EXPECT_ERROR(cudaDeviceGetDefaultMemPool(nullptr, 0), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaDeviceGetMemPool(&current, 4), cudaErrorInvalidDevice);
  EXPECT_ERROR(cudaMemPoolDestroy(standard), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemPoolSetAttribute(standard, cudaMemPoolAttrUsedMemCurrent, &zero), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemPoolSetAttribute(standard, cudaMemPoolAttrUsedMemHigh, &keep), cudaErrorInvalidValue);
  EXPECT_ERROR(cudaMemPoolGetAttribute(standard, static_cast<cudaMemPoolAttr>(99), &zero), cudaErrorInvalidValue);
  return pass();
}
