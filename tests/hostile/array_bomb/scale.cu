char big[8589934592ull] = {1};
__device__ char bigger[2000000000] = {1};
//@ shared/scale.h
//@ shared/launcher.h
