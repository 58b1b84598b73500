constexpr long count() {
  long sum = 0;
  for (long i = 0; i < 1000000000000; ++i) sum += i % 7;
  return sum;
}
static_assert(count() == 1, "never");
//@ shared/scale.h
//@ shared/launcher.h
