"""A tiny course with one assignment that uses cuDNN: a convolution by the library in one entry, by a kernel of one's own in the other."""

from __future__ import annotations

from pathlib import Path

from grader.assignment import Assignment, load_assignment
from grader.course import find_course

SLUG = "90_library"

_ASSIGNMENT = """\
slug = "90_library"
kind = "cuda"
title = { en = "A library", ko = "라이브러리" }
files = ["conv.cu"]
header = "ck/conv.h"
libraries = ["cudnn"]

[[entry]]
name = "ck_conv_cudnn"
library = "cudnn"
args = [
  "in f32 x[N,C,H,W]", "in f32 w[K,C,3,3]", "out f32 y[N,K,H,W]", "scratch f32 workspace[WS]",
  "i32 N", "i32 C", "i32 H", "i32 W", "i32 K", "i64 WS", "stream",
]

[[entry]]
name = "ck_conv_own"
args = ["in f32 x[N,C,H,W]", "in f32 w[K,C,3,3]", "out f32 y[N,K,H,W]", "i32 N", "i32 C", "i32 H", "i32 W", "i32 K", "stream"]

[[case]]
id = "by_cudnn"
visibility = "public"
entry = "ck_conv_cudnn"
sizes = { N = 2, C = 3, H = 7, W = 9, K = 5, WS = 4096 }

[[case]]
id = "by_hand"
visibility = "public"
entry = "ck_conv_own"
sizes = { N = 2, C = 3, H = 7, W = 9, K = 5 }
"""

_PROBLEM = """\
import numpy as np
from grader.checks import Expected, gemm_bound


def _convolved(x, w):
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    height, width = x.shape[2:]
    taps = [(padded[:, :, r : r + height, s : s + width], w[:, :, r, s].astype(np.float64)) for r in range(3) for s in range(3)]
    return sum(np.einsum("nchw,kc->nkhw", seen, weights) for seen, weights in taps)


def expected(case, arrays):
    x, w = arrays["x"], arrays["w"]
    return {"y": Expected(value=_convolved(x, w), bound=gemm_bound(_convolved(abs(x), abs(w)), 9 * x.shape[1]))}
"""

_TESTS = """\
import pytest


@pytest.mark.points(40)
@pytest.mark.cases("by_cudnn")
def test_by_cudnn(judge):
    \"\"\"The library's convolution\"\"\"
    judge.correct()


@pytest.mark.points(40)
@pytest.mark.cases("by_hand")
def test_by_hand(judge):
    \"\"\"A convolution of one's own\"\"\"
    judge.correct()


@pytest.mark.points(20)
@pytest.mark.category("cleanliness")
def test_launches(judge):
    \"\"\"No launch and no call fails unnoticed\"\"\"
    judge.clean("launches")
"""

HEADER = """\
extern "C" int ck_conv_cudnn(const float* x, const float* w, float* y, float* workspace, int N, int C, int H, int W, int K, long long WS,
                             void* stream);
extern "C" int ck_conv_own(const float* x, const float* w, float* y, int N, int C, int H, int W, int K, void* stream);
"""

SOLUTION = """\
#include <cudnn.h>

namespace {

#define CHECK(call) \\
  if (const cudnnStatus_t status = (call); status != CUDNN_STATUS_SUCCESS) return 1000000 + status

struct Layer {
  cudnnTensorDescriptor_t x, y;
  cudnnFilterDescriptor_t w;
  cudnnConvolutionDescriptor_t convolution;
  Layer() {
    cudnnCreateTensorDescriptor(&x);
    cudnnCreateTensorDescriptor(&y);
    cudnnCreateFilterDescriptor(&w);
    cudnnCreateConvolutionDescriptor(&convolution);
  }
  ~Layer() {
    cudnnDestroyTensorDescriptor(x);
    cudnnDestroyTensorDescriptor(y);
    cudnnDestroyFilterDescriptor(w);
    cudnnDestroyConvolutionDescriptor(convolution);
  }
};

struct Handle {
  cudnnHandle_t handle = nullptr;
  Handle() { cudnnCreate(&handle); }
  ~Handle() { cudnnDestroy(handle); }
};

int by_library(const float* x, const float* w, float* y, void* workspace, size_t bytes, int N, int C, int H, int W, int K, void* stream) {
  const Handle cudnn;
  const Layer layer;
  const float one = 1.0f, zero = 0.0f;
  CHECK(cudnnSetStream(cudnn.handle, (cudaStream_t)stream));
  CHECK(cudnnSetTensor4dDescriptor(layer.x, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, N, C, H, W));
  CHECK(cudnnSetTensor4dDescriptor(layer.y, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, N, K, H, W));
  CHECK(cudnnSetFilter4dDescriptor(layer.w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, K, C, 3, 3));
  CHECK(cudnnSetConvolution2dDescriptor(layer.convolution, 1, 1, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  cudnnConvolutionFwdAlgoPerf_t best;
  int found = 0;
  CHECK(cudnnGetConvolutionForwardAlgorithm_v7(cudnn.handle, layer.x, layer.w, layer.convolution, layer.y, 1, &found, &best));
  const cudnnConvolutionFwdAlgo_t algo = best.algo;
  CHECK(cudnnConvolutionForward(cudnn.handle, &one, layer.x, x, layer.w, w, layer.convolution, algo, workspace, bytes, &zero, layer.y, y));
  return 0;
}

__global__ void convolve(const float* x, const float* w, float* y, int N, int C, int H, int W, int K) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= N * K * H * W) return;
  const int q = i % W, p = i / W % H, k = i / (W * H) % K, n = i / (W * H * K);
  float sum = 0;
  for (int c = 0; c < C; ++c)
    for (int r = 0; r < 3; ++r)
      for (int s = 0; s < 3; ++s) {
        const int h = p + r - 1, v = q + s - 1;
        if (h >= 0 && h < H && v >= 0 && v < W) sum += x[((n * C + c) * H + h) * W + v] * w[((k * C + c) * 3 + r) * 3 + s];
      }
  y[i] = sum;
}

}  // namespace

int ck_conv_cudnn(const float* x, const float* w, float* y, float* workspace, int N, int C, int H, int W, int K, long long WS,
                  void* stream) {
  return by_library(x, w, y, workspace, WS * sizeof(float), N, C, H, W, K, stream);
}

int ck_conv_own(const float* x, const float* w, float* y, int N, int C, int H, int W, int K, void* stream) {
  convolve<<<(N * K * H * W + 127) / 128, 128, 0, (cudaStream_t)stream>>>(x, w, y, N, C, H, W, K);
  return cudaGetLastError();
}
"""


def make(root: Path) -> Assignment:
    """The course below `root`."""
    folder = root / "assignments" / SLUG
    folder.mkdir(parents=True)
    (root / "assignments" / "course.toml").write_text('id = "tiny"\ntitle = { en = "Tiny", ko = "작은 강의" }\norder = ["90_library"]\n')
    (root / "kernels" / "include" / "ck").mkdir(parents=True)
    (root / "kernels" / "include" / "ck" / "conv.h").write_text(HEADER)
    (folder / "assignment.toml").write_text(_ASSIGNMENT)
    (folder / "problem.py").write_text(_PROBLEM)
    (folder / "test_public.py").write_text(_TESTS)
    return load_assignment(folder, find_course(folder))
