// ck/fully_connected.h: the contract of assignment 13_fully_connected. It is -include'd in front of fully_connected.cu, so a launcher with
// another signature is nvcc's own error on the student's line.
//
// A fully connected layer with I inputs and O outputs, for a batch of B samples, in single precision:
//
//   ck_fc_forward    y  <- x * transpose(W) + bias      y[n][o]  = W[o][0] * x[n][0] + ... + W[o][I-1] * x[n][I-1] + bias[o]
//   ck_fc_backward   the derivatives of a loss by x, W and bias, from its derivatives by y:
//                    dx    <- dy * W                    dx[n][i] = dy[n][0] * W[0][i] + ... + dy[n][O-1] * W[O-1][i]
//                    dW    <- transpose(dy) * x         dW[o][i] = dy[0][o] * x[0][i] + ... + dy[B-1][o] * x[B-1][i]
//                    dbias <- the sums of dy's columns  dbias[o] = dy[0][o] + ... + dy[B-1][o]
//
//   x, dx          device pointers, B rows of I numbers
//   W, dW          device pointers, O rows of I numbers: a row for each output
//   bias, dbias    device pointers, O numbers
//   y, dy          device pointers, B rows of O numbers
//   B, I, O >= 0   numbers, not bytes
//   stream         a cudaStream_t: every kernel is launched on it
//
// Rules
//   - All matrices are row-major and without gaps between their rows.
//   - y, dx, dW and dbias are written, never read: whatever they hold before the call is overwritten, nothing is added to it.
//   - An empty sum is 0: with I == 0 y is the bias, with O == 0 dx is 0, with B == 0 dW and dbias are 0. Where a result has no elements
//     nothing is done for it, and it is no error. Pointers to matrices without elements may be null.
//   - No two of them overlap. Element offsets can exceed 32 bits.
//   - Pointers are aligned as floats are, to 4 bytes; no more is promised.
//   - A forward pass needs 1 kernel launch, a backward pass at most 2.
//   - The launchers copy nothing between host and device, wait for nothing, and free whatever they allocate.
//   - They can be called again, with other values at the same addresses.
//
// Each returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int ck_fc_forward(const float* x, const float* W, const float* bias, float* y, int B, int I, int O, void* stream);
int ck_fc_backward(const float* x, const float* W, const float* dy, float* dx, float* dW, float* dbias, int B, int I, int O, void* stream);

#ifdef __cplusplus
}
#endif
