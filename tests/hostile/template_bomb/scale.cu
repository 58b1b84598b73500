template <int depth, long path>
struct Bomb {
  static constexpr long value = Bomb<depth - 1, path * 2>::value + Bomb<depth - 1, path * 2 + 1>::value;
};
template <long path>
struct Bomb<0, path> {
  static constexpr long value = path;
};
static long bomb = Bomb<24, 1>::value;
//@ shared/scale.h
//@ shared/launcher.h
