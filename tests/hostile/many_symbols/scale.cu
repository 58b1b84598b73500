#define D(a) extern "C" int wg_##a##0() { return 0; } extern "C" int wg_##a##1() { return 0; }
#define E(a) D(a##0) D(a##1) D(a##2) D(a##3) D(a##4) D(a##5) D(a##6) D(a##7)
#define F(a) E(a##0) E(a##1) E(a##2) E(a##3) E(a##4) E(a##5) E(a##6) E(a##7)
#define G(a) F(a##0) F(a##1) F(a##2) F(a##3) F(a##4) F(a##5) F(a##6) F(a##7)
G(a) G(b) G(c) G(d)
//@ shared/scale.h
//@ shared/launcher.h
