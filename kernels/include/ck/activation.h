// ck/activation.h: the contract of assignment 12_activation. It is -include'd in front of activation.cu, so a launcher with another
// signature is nvcc's own error on the student's line.
//
// Activations f are applied to each number for itself:
//
//   ck_activation_forward    y[i]  <- f(x[i])
//   ck_activation_backward   dx[i] <- dy[i] * f'(x[i])                    y is what forward made of x
//
//   kind                f(x)                          f'(x)
//   CK_SIGMOID          1 / (1 + e^-x)                y * (1 - y)
//   CK_TANH             tanh x                        1 - y * y
//   CK_RELU             x if x > 0, else 0            1 if x > 0, else 0
//   CK_LEAKY_RELU       x if x > 0, else alpha * x    1 if x > 0, else alpha
//   CK_ELU              x if x > 0, else              1 if x > 0, else alpha * e^x
//                       alpha * (e^x - 1)
//
// PReLU is the leaky one with a slope of its own for each channel, which is learnt:
//
//   ck_prelu_forward         y <- x if x > 0, else slope[c] * x
//   ck_prelu_backward        dx <- dy if x > 0, else slope[c] * dy
//                            dslope[c] <- the sum of x * dy over all numbers of channel c that aren't > 0
//
//   x, y, dy, dx    device pointers: n numbers; in PReLU N images of C channels of S numbers (a plane of H * W, say)
//   slope, dslope   device pointers: C numbers
//   n, S >= 0       numbers, not bytes; n can exceed 32 bits
//   N, C >= 0       N * C * S is below 2^31
//   alpha           of the leaky ReLU and ELU, >= 0; the other kinds don't look at it
//   stream          a cudaStream_t: every kernel is launched on it
//
// Rules
//   - At 0 the derivative is that of the left side, as the table has it: 0, alpha, slope[c].
//   - Forward, NaN gives NaN, in ReLU too, and infinity what the limit is. Any x is legal: sigmoid(-10000) is 0, not NaN. Backward, all
//     numbers are finite, but x may be as large as you like.
//   - The sign of a zero doesn't matter. A result below 2^-126 may be flushed to 0.
//   - y of sigmoid, tanh and ELU is right to 4 ulp, for small x as well, where e^x - 1 has few digits left. What needs at most one
//     multiplication is exact.
//   - dslope is written even if there is nothing to sum (N == 0 or S == 0: zeros). What it held before doesn't matter.
//   - Pointers are aligned as floats are, to 4 bytes; no more is promised. Arrays don't overlap. Where an array has no numbers its pointer
//     may be null.
//   - A launcher copies nothing between host and device, waits for nothing, and frees whatever it allocates.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed; cudaErrorInvalidValue for another kind.
#pragma once

enum { CK_SIGMOID = 0, CK_TANH = 1, CK_RELU = 2, CK_LEAKY_RELU = 3, CK_ELU = 4 };

#ifdef __cplusplus
extern "C" {
#endif

int ck_activation_forward(const float* x, float* y, long long n, int kind, float alpha, void* stream);
int ck_activation_backward(const float* x, const float* y, const float* dy, float* dx, long long n, int kind, float alpha, void* stream);
int ck_prelu_forward(const float* x, const float* slope, float* y, int N, int C, int S, void* stream);
int ck_prelu_backward(const float* x, const float* slope, const float* dy, float* dx, float* dslope, int N, int C, int S, void* stream);

#ifdef __cplusplus
}
#endif
