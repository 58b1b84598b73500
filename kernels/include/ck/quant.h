// ck/quant.h: the contract of assignment 19_quant_binary. It is -include'd in front of quant.cu, so a function with another signature is
// nvcc's own error on the student's line. Every result is exact: bits are compared.
//
// Launchers, all pointers in device memory:
//
//   ck_quantise_int8        q[i] <- x[i] / scale, in single precision, rounded to the nearest whole number, ties to the even one, and
//                           saturated to -128..127. NaN gives 0
//   ck_dequantise           y[i] <- q[i] * scale, in single precision
//   ck_dynamic_fixed_point  every `group` neighbouring numbers of x have a fractional length f of their own (the last group may be
//   shorter):
//                           fraction[g] <- f; q[i] <- x[i] * 2^f, rounded and saturated as above. f is the largest whole number for which
//                           (largest |x[i]| of the group) * 2^f < 128, but at most 126; 0 for a group of zeros. x is finite
//   ck_quantise_log2        code[i] <- 4 bits for the power of two that is nearest to x[i]: bit 3 is set for negative numbers, bits 0..2
//   hold
//                           a level L: 1..7 for the magnitude 2^(top - 7 + L), 0 for nothing. Halfway between two powers (1.5 * 2^e) the
//                           larger one wins. Larger powers than 2^top count as 2^top, smaller ones than 2^(top - 6) as nothing. The code of
//                           nothing, and of NaN, is 0, without a sign. -100 <= top <= 100
//   ck_binarise             x has M rows of K numbers. bits has M rows of W = ceil(K / 32) words: number k of a row becomes bit k % 32 of
//   its
//                           word k / 32, bit 0 the lowest. 1 stands for +1: x >= 0, where +0 and -0 are both >= 0. 0 stands for -1: x < 0,
//                           and NaN. Bits that belong to no number are 0
//   ck_xnor_gemm            C[m][n] <- the sum over k < K of the products of +1 and -1 that row m of A and row n of B stand for. A has M
//   rows
//                           of W words, B has N rows of W words, packed as ck_binarise does; C is M x N, row-major
//   ck_run_length           codes the numbers of x that aren't zero ("levels"), each with the run of zeros before it, as Eyeriss does: see
//                           below
//   ck_majority             bit by bit: majority <- whether at least two of a, b and c are 1; conjunction <- the majority of a, b and 0;
//                           disjunction <- the majority of a, b and 1
//
// The run-length code. A pair (run, level) stands for `run` zeros, 0 to 31, and a level behind them. 32 zeros or more in a row begin with
// pairs (31, 0), each of which stands for 32 zeros. Zeros behind the last level aren't coded. Three pairs and `term` make a word; row w of
// code holds its seven fields: run, level, run, level, run, level, term. term is 1 in the last word that is needed, 0 in the others.
// count[0] <- how many words are needed. Fields of the last word that are left, and all rows behind it, are 0.
// code has ceil(n / 3) rows.
//
//   n, M, N, K >= 0; group >= 1; n of ck_run_length <= 2^24; scale > 0 and neither infinite nor a subnormal number
//   stream   a cudaStream_t: every kernel is launched on it
//
// On the host, all pointers in ordinary host memory, layer by layer:
//
//   ck_depthwise_cost   cost[l] <- 4 numbers: weights and multiply-accumulates of a convolution; the same of its depthwise separable form
//                       (a k x k filter for each input channel, then 1 x 1 filters over all channels). Biases don't count
//   ck_data_reuse       accesses[l] <- 3 x 4 numbers: how often a convolution touches the buffer outside of its processing elements, for
//                       each of ck_dataflow (below): weights read, inputs read, partial sums read, partial sums written
//
//   layer[l]   k, in_channels, out_channels, height, width: the filter is k x k, height x width is the size of the output. All >= 1, and
//              results fit into 53 bits. Inputs in the padding count like others
//
// A multiply-accumulate needs a weight, an input and the partial sum of one output so far, and gives the partial sum that follows. The
// first one of an output starts from 0 and reads none. What a dataflow keeps in the processing element is read there and not from the
// buffer:
//   none                every operand comes from the buffer, every partial sum goes there
//   weight stationary   a weight is read once, and stays until all that it is needed for is done
//   output stationary   a partial sum stays until it is complete; then it is written
//
// Rules
//   - Outputs are written and never read. Inputs are not written. Nothing overlaps.
//   - An array of no numbers may be a null pointer, and asks for nothing; K == 0 gives C <- 0, and n == 0 gives count[0] <- 0.
//   - Pointers are aligned as their type is; no more is promised.
//   - The launchers copy nothing between host and device, wait for nothing and allocate nothing. One launch is enough for each.
//   - They can be called again, with other values at the same addresses.
//
// Each returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

enum ck_layer { CK_KERNEL, CK_IN_CHANNELS, CK_OUT_CHANNELS, CK_HEIGHT, CK_WIDTH, CK_LAYER_FIELDS };
enum ck_dataflow { CK_NO_REUSE, CK_WEIGHT_STATIONARY, CK_OUTPUT_STATIONARY, CK_DATAFLOWS };

#ifdef __cplusplus
extern "C" {
#endif

int ck_quantise_int8(const float* x, signed char* q, long long n, float scale, void* stream);
int ck_dequantise(const signed char* q, float* y, long long n, float scale, void* stream);
int ck_dynamic_fixed_point(const float* x, signed char* q, int* fraction, long long n, int group, void* stream);
int ck_quantise_log2(const float* x, unsigned char* code, long long n, int top, void* stream);
int ck_binarise(const float* x, unsigned* bits, int M, int K, void* stream);
int ck_xnor_gemm(const unsigned* A, const unsigned* B, int* C, int M, int N, int K, void* stream);
int ck_run_length(const int* x, int* code, int* count, int n, void* stream);
int ck_majority(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* majority, unsigned* conjunction, unsigned* disjunction,
                long long n, void* stream);
int ck_depthwise_cost(const int* layer, long long* cost, int layers);
int ck_data_reuse(const int* layer, long long* accesses, int layers);

#ifdef __cplusplus
}
#endif
