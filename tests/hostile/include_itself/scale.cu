#include "scale.cu"
#include "scale.cu"
//@ shared/scale.h
//@ shared/launcher.h
