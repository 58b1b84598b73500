// ck/softmax_xent.h: the contract of assignment 14_softmax_xent. It is -include'd in front of softmax_xent.cu, so a launcher with another
// signature is nvcc's own error on the student's line.
//
// Three launchers, all in single precision:
//
//   ck_softmax_forward       y[b][c]  <- exp(x[b][c]) / (exp(x[b][0]) + ... + exp(x[b][C-1])), for each row b by itself
//   ck_softmax_xent          loss[0]  <- the mean over the batch of -log(softmax(x[b])[labels[b]])
//                            dx[b][c] <- its derivative by x[b][c]: (softmax(x[b])[c] - (c == labels[b] ? 1 : 0)) / B
//   ck_batchnorm_inference   y[n][c][h][w] <- gamma[c] * (x[n][c][h][w] - mean[c]) / sqrt(var[c] + eps) + beta[c]
//
// Softmax and cross-entropy
//   x        device pointer, B rows of C logits; row b starts at x + b * ldx      (ldx >= max(1, C))
//   y        device pointer, B rows of C numbers; row b starts at y + b * ldy     (ldy >= max(1, C))
//   dx       device pointer, B rows of C numbers; row b starts at dx + b * lddx   (lddx >= max(1, C))
//   labels   device pointer, B integers from 0 to C - 1
//   loss     device pointer, one number: written, never read
//   B, C >= 0
//
// Batch normalisation
//   x, y                      device pointers, N images of C channels of H rows of W numbers, without gaps
//   mean, var, gamma, beta    device pointers, C numbers; var[c] >= 0
//   eps > 0                   stands under the root
//   N, C, H, W >= 0
//
// Rules
//   - A logit is any number up to +-10,000, or -infinity: such a class has the probability 0. Each row has a finite logit, and a label's
//     logit is finite.
//   - B == 0: the loss is 0. C == 0, or B == 0 in softmax, or nothing to normalise: does nothing and is no error; pointers may be null.
//   - What lies between the rows (columns C..ldx-1 of x, and so on) may hold anything; y's and dx's is not written.
//   - Inputs and outputs don't overlap. Any size and any leading dimension is legal; element offsets can exceed 32 bits.
//   - Pointers are aligned as their type is, to 4 bytes; no more is promised, neither of them nor of the beginnings of rows.
//   - The launchers copy nothing between host and device, wait for nothing, and allocate nothing.
//   - They can be called again, with other values at the same addresses.
//
// Each returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#define CK_REDUCTIONS_ARE_THE_TASK  // ck/reduce.cuh doesn't compile here

#ifdef __cplusplus
extern "C" {
#endif

int ck_softmax_forward(const float* x, float* y, int B, int C, int ldx, int ldy, void* stream);
int ck_softmax_xent(const float* x, const int* labels, float* loss, float* dx, int B, int C, int ldx, int lddx, void* stream);
int ck_batchnorm_inference(const float* x, const float* mean, const float* var, const float* gamma, const float* beta, float* y, int N,
                           int C, int H, int W, float eps, void* stream);

#ifdef __cplusplus
}
#endif
