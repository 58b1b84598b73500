"""Names of the cudaError_t values that a launcher returns most often, for messages. Source: CUDA Runtime API 13.0, module 6.41."""

from __future__ import annotations

CUDA_ERRORS = {
    1: "cudaErrorInvalidValue",
    2: "cudaErrorMemoryAllocation",
    9: "cudaErrorInvalidConfiguration",
    13: "cudaErrorInvalidSymbol",
    17: "cudaErrorInvalidDevicePointer",
    21: "cudaErrorInvalidMemcpyDirection",
    98: "cudaErrorInvalidDeviceFunction",
    100: "cudaErrorNoDevice",
    101: "cudaErrorInvalidDevice",
    200: "cudaErrorInvalidKernelImage",
    209: "cudaErrorNoKernelImageForDevice",
    218: "cudaErrorInvalidPtx",
    222: "cudaErrorUnsupportedPtxVersion",
    400: "cudaErrorInvalidResourceHandle",
    600: "cudaErrorNotReady",
    700: "cudaErrorIllegalAddress",
    701: "cudaErrorLaunchOutOfResources",
    702: "cudaErrorLaunchTimeout",
    710: "cudaErrorAssert",
    712: "cudaErrorHostMemoryAlreadyRegistered",
    713: "cudaErrorHostMemoryNotRegistered",
    714: "cudaErrorHardwareStackError",
    715: "cudaErrorIllegalInstruction",
    716: "cudaErrorMisalignedAddress",
    717: "cudaErrorInvalidAddressSpace",
    719: "cudaErrorLaunchFailure",
    720: "cudaErrorCooperativeLaunchTooLarge",
    801: "cudaErrorNotSupported",
    999: "cudaErrorUnknown",
}
# After these every later call fails too: the cause is the kernel's, and a finding tells it.
STICKY = frozenset({700, 702, 710, 714, 715, 716, 717, 718, 719})


def error_name(code: int, own: bool = False) -> str:
    """`cudaErrorInvalidConfiguration (9)`. A code that CUDA doesn't have isn't repeated, since it could carry what was computed from hidden
    inputs; unless the inputs are one's own."""
    return f"{CUDA_ERRORS[code]} ({code})" if code in CUDA_ERRORS else f"error {code}" if own else "a code that is no CUDA error"
