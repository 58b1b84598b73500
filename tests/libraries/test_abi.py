"""cudnn.h of ours: values and layouts as NVIDIA documents them and, where its wheel is installed, as its own header has them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from grader import toolchain
from grader.build.libraries import installed
from grader.errors import HarnessError
from tests.libraries.programs import CUDNN

HEADER = CUDNN.include / "cudnn.h"

# As the API reference lists them; enums are 32 bits wide, pointers opaque.
DOCUMENTED = {
    "CUDNN_STATUS_SUCCESS": 0,
    "CUDNN_STATUS_NOT_INITIALIZED": 1001,
    "CUDNN_STATUS_BAD_PARAM": 2000,
    "CUDNN_STATUS_NOT_SUPPORTED": 3000,
    "CUDNN_STATUS_INTERNAL_ERROR": 4000,
    "CUDNN_STATUS_EXECUTION_FAILED": 5000,
    "CUDNN_DATA_FLOAT": 0,
    "CUDNN_DATA_HALF": 2,
    "CUDNN_TENSOR_NCHW": 0,
    "CUDNN_TENSOR_NHWC": 1,
    "CUDNN_CONVOLUTION": 0,
    "CUDNN_CROSS_CORRELATION": 1,
    "CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM": 1,
    "CUDNN_CONVOLUTION_FWD_ALGO_COUNT": 8,
    "CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1": 1,
    "CUDNN_CONVOLUTION_BWD_DATA_ALGO_1": 1,
    "CUDNN_POOLING_MAX": 0,
    "CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING": 2,
    "CUDNN_ACTIVATION_SIGMOID": 0,
    "CUDNN_ACTIVATION_RELU": 1,
    "CUDNN_ACTIVATION_TANH": 2,
    "CUDNN_ACTIVATION_ELU": 4,
    "CUDNN_SOFTMAX_ACCURATE": 1,
    "CUDNN_SOFTMAX_MODE_CHANNEL": 1,
    "CUDNN_BATCHNORM_SPATIAL": 1,
    "CUDNN_OP_TENSOR_MAX": 3,
    "CUDNN_DIM_MAX": 8,
}
PERFS = ("cudnnConvolutionFwdAlgoPerf_t", "cudnnConvolutionBwdFilterAlgoPerf_t", "cudnnConvolutionBwdDataAlgoPerf_t")
MEMBERS = {"algo": 0, "status": 4, "time": 8, "memory": 16, "determinism": 24, "mathType": 28, "reserved": 32}


def _compiled(source: str, include: Path, folder: Path) -> str:
    """What a C++ program says that includes the header in `include`."""
    (folder / "abi.cpp").write_text(f"#include <cudnn.h>\n#include <cstddef>\n#include <cstdio>\n{source}")
    folders = [f"-I{include}", f"-I{toolchain.toolkit_root() / 'include'}"]
    command = ["g++", "-std=c++17", "-w", *folders, str(folder / "abi.cpp"), "-o", str(folder / "abi")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return subprocess.run([str(folder / "abi")], capture_output=True, text=True, check=True).stdout


def _functions(include: Path) -> dict[str, str]:
    """name -> its type: the result and the parameters without their names."""
    folders = [f"-I{include}", f"-I{toolchain.toolkit_root() / 'include'}"]
    command = ["g++", "-E", "-P", *folders, "-include", "cudnn.h", "-x", "c++", "/dev/null"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for result, name, parameters in re.findall(r"(cudnnStatus_t|size_t|const char\s*\*)\s*(cudnn\w+)\s*\(([^;{}]*?)\)\s*;", text):
        types = [re.sub(r"\w+(\s*\[\])?$", lambda m: "*" if m[1] else "", p.strip()) or p.strip() for p in parameters.split(",")]
        found[name] = re.sub(r"\s+", "", f"{result}({','.join(types)})")
    return found


def test_values_and_layouts(tmp_path: Path) -> None:
    checks = [f"static_assert({name} == {value});" for name, value in DOCUMENTED.items()]
    checks += [f"static_assert(sizeof({perf}) == 48);" for perf in PERFS]
    checks += [f"static_assert(offsetof({perf}, {member}) == {offset});" for perf in PERFS for member, offset in MEMBERS.items()]
    checks += ["static_assert(sizeof(cudnnStatus_t) == 4 && sizeof(cudnnHandle_t) == 8 && sizeof(cudnnTensorDescriptor_t) == 8);"]
    assert _compiled("\n".join([*checks, "int main() {}"]), HEADER.parent, tmp_path) == ""


def test_it_is_c(tmp_path: Path) -> None:
    (tmp_path / "abi.c").write_text("#include <cudnn.h>\nint main(void) { return CUDNN_STATUS_SUCCESS; }\n")
    folders = [f"-I{HEADER.parent}", f"-I{toolchain.toolkit_root() / 'include'}"]
    subprocess.run(["gcc", "-fsyntax-only", *folders, str(tmp_path / "abi.c")], check=True)


def test_the_device_knows_every_function() -> None:
    listed = re.findall(r"^X\((\w+)\)$", (CUDNN.folder / "functions.inc").read_text(), re.M)
    declared = [name for name, type_ in _functions(HEADER.parent).items() if type_.startswith("cudnnStatus_t")]
    assert sorted(listed) == sorted(declared) and len(listed) > 60


def test_beside_nvidias_own_header(tmp_path: Path) -> None:
    try:
        theirs = installed(CUDNN) / "include"
    except HarnessError:
        pytest.skip(f"{CUDNN.wheel} is not installed")
    ours, known = _functions(HEADER.parent), _functions(theirs)
    assert ours == {name: known.get(name, "isn't there") for name in ours}
    names = re.findall(r"\b(CUDNN_\w+)\s*=", HEADER.read_text())
    source = "int main() {" + "".join(f'std::printf("{name} %d\\n", (int){name});' for name in names) + "}"
    assert _compiled(source, HEADER.parent, tmp_path) == _compiled(source, theirs, tmp_path)
