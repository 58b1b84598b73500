#if __has_include("@COURSE@/assignments/01_scale/test_hidden.py")
#include "@COURSE@/assignments/01_scale/test_hidden.py"
#endif
#if __has_include("@CANARY@")
#include "@CANARY@"
#endif
#include "../../../../../../../..@CANARY@"
//@ shared/scale.h
//@ shared/launcher.h
