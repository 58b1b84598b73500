// The math library in double and in float, and the fast functions: beside the host's own, within the errors that the CUDA C++ Programming
// Guide states for each (in units in the last place; fast functions by their absolute or relative error).
#include <cmath>
#include <cstdint>

#include "check.cuh"

constexpr int kThreads = 256, kDoubles = 26, kFloats = 20;

__host__ __device__ inline double spread(int i) { return -8.0 + i * (16.0 / kThreads) + 0.01; }

// Units in the last place that each function of `doubles` may be off.
constexpr int kBounds[kDoubles] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 0, 1, 2, 2, 5, 10, 40, 0};

__host__ __device__ void doubles(double x, double* y) {
  const double p = fabs(x) + 0.1;
  *y++ = sin(x);
  *y++ = cos(x);
  *y++ = tan(x);
  *y++ = sin(x * 1e10);
  *y++ = asin(x / 9);
  *y++ = acos(x / 9);
  *y++ = atan(x);
  *y++ = atan2(x, p);
  *y++ = sinh(x);
  *y++ = tanh(x);
  *y++ = exp(x);
  *y++ = exp2(x);
  *y++ = expm1(x);
  *y++ = log(p);
  *y++ = log2(p);
  *y++ = log1p(p);
  *y++ = pow(p, x);
  *y++ = cbrt(x);
  *y++ = sqrt(p);
  *y++ = rsqrt(p);
  *y++ = hypot(x, p);
  *y++ = erf(x);
  *y++ = erfc(x);
  *y++ = tgamma(p);
  *y++ = lgamma(p);
  *y++ = fmod(x * 100, p);
}

__global__ void in_double(double* out) { doubles(spread(threadIdx.x), out + kDoubles * threadIdx.x); }

__global__ void in_float(float* out) {
  const float x = float(spread(threadIdx.x)), p = fabsf(x) + 0.1f;
  float* o = out + kFloats * threadIdx.x;
  int k = 0;
  o[k++] = sinf(x);
  o[k++] = cosf(x);
  o[k++] = tanf(x);
  o[k++] = expf(x);
  o[k++] = logf(p);
  o[k++] = powf(p, x);
  o[k++] = erff(x);
  o[k++] = tgammaf(p);
  o[k++] = atan2f(x, p);
  o[k++] = sqrtf(p);
  o[k++] = sinf(x * 1e6f);
  o[k++] = rintf(x * 3);
  o[k++] = truncf(x * 3);
  o[k++] = __expf(x);
  o[k++] = __logf(p);
  o[k++] = __sinf(x / 3);
  o[k++] = __fdividef(x, p);
  o[k++] = __frsqrt_rn(p);
  o[k++] = __fsqrt_rd(p);
  o[k++] = __fmaf_rz(x, p, x);
}

static double ulps(double got, double want) {
  if (got == want || (std::isnan(got) && std::isnan(want))) return 0;
  return std::fabs(got - want) / (std::nextafter(std::fabs(want), INFINITY) - std::fabs(want));
}
static double ulps(float got, double want) {
  if (got == float(want)) return 0;
  const float w = std::fabs(float(want));
  return std::fabs(got - want) / (double(std::nextafter(w, INFINITY)) - w);
}

int main() {
  double* d;
  static double o[kDoubles * kThreads];
  CHECK(cudaMalloc(&d, sizeof o));
  in_double<<<1, kThreads>>>(d);
  CHECK(cudaMemcpy(o, d, sizeof o, cudaMemcpyDeviceToHost));
  for (int i = 0; i < kThreads; i++) {
    double want[kDoubles];
    doubles(spread(i), want);
    for (int k = 0; k < kDoubles; k++)
      if (const double got = o[kDoubles * i + k]; ulps(got, want[k]) > kBounds[k] + 1) {  // the host's own may be off by one
        std::fprintf(stderr, "function %d of %g: %.17g, not %.17g\n", k, spread(i), got, want[k]);
        return 1;
      }
  }

  float* f;
  static float v[kFloats * kThreads];
  CHECK(cudaMalloc(&f, sizeof v));
  in_float<<<1, kThreads>>>(f);
  CHECK(cudaMemcpy(v, f, sizeof v, cudaMemcpyDeviceToHost));
  for (int i = 0; i < kThreads; i++) {
    const double x = float(spread(i)), p = std::fabs(float(spread(i))) + 0.1f;
    const double want[13] = {std::sin(x),
                             std::cos(x),
                             std::tan(x),
                             std::exp(x),
                             std::log(p),
                             std::pow(p, x),
                             std::erf(x),
                             std::tgamma(p),
                             std::atan2(x, p),
                             std::sqrt(p),
                             std::sin(double(float(x) * 1e6f)),
                             std::nearbyint(double(float(x) * 3)),
                             std::trunc(double(float(x) * 3))};
    const int bound[13] = {2, 2, 4, 2, 1, 4, 2, 5, 3, 0, 2, 0, 0};
    const float* r = v + kFloats * i;
    for (int k = 0; k < 13; k++)
      if (ulps(r[k], want[k]) > bound[k] + 0.5) {
        std::fprintf(stderr, "float function %d of %g: %.9g, not %.9g\n", k, x, r[k], want[k]);
        return 1;
      }
    EXPECT(std::fabs(r[13] / std::exp(x) - 1) < (3 + std::fabs(x)) * 0x1p-23);
    EXPECT(std::fabs(r[14] - std::log(p)) < 0x1p-20);
    EXPECT(std::fabs(r[15] - std::sin(double(float(x) / 3))) < 7e-7);
    EXPECT(ulps(r[16], x / p) <= 2);
    EXPECT(ulps(r[17], 1 / std::sqrt(p)) <= 0.5);
    EXPECT(double(r[18]) <= std::sqrt(p) && ulps(r[18], std::sqrt(p)) < 1);
    EXPECT(std::fabs(double(r[19])) <= std::fabs(x * p + x));
  }
  CHECK(cudaFree(d));
  CHECK(cudaFree(f));
  return pass();
}
