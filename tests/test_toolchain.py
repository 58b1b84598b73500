"""The compiler's command line and environment: ours wins where it must, theirs stays where it can, no other toolkit gets in."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import natives, toolchain
from grader.toolchain import UsageError, nvcc_command, nvcc_environment


@pytest.fixture(autouse=True)
def library(monkeypatch):
    """The command line is the subject, not the installation."""
    monkeypatch.setattr(natives, "library_folder", lambda: Path("/ours/lib"))


def theirs(*args: str) -> list[str]:
    """What is left of `args` on the command line."""
    command = nvcc_command(args)
    return command[command.index("-L/ours/lib") + 1 :]


def test_a_program_keeps_its_ptx_as_text_with_lines():
    command = nvcc_command(["-o", "prog", "prog.cu"])
    assert command[0].endswith("/nvidia/cu13/bin/nvcc")
    assert command[1:3] == ["-gencode", "arch=compute_80,code=[compute_80,sm_80]"]
    assert {"--no-compress", "-lineinfo", "-L/ours/lib"} <= set(command)
    assert command[-3:] == ["-o", "prog", "prog.cu"]


def test_a_submission_goes_through_ptxas_as_well():
    command = nvcc_command(["gemm.cu"], shared=True)
    assert "arch=compute_80,code=[compute_80,sm_80]" in command  # as for a program
    assert "-shared" in command and "-v" in command


@pytest.mark.parametrize(("profile", "level"), [("t4", 75), ("a100", 80), ("h100", 90), ("h200", 90)])
def test_a_profile_is_an_architecture(profile, level):
    assert f"arch=compute_{level},code=[compute_{level},sm_{level}]" in nvcc_command(["a.cu"], profile=profile)


@pytest.mark.parametrize(
    "given",
    [
        ["-arch=sm_90"],
        ["-arch", "sm_90"],
        ["--gpu-architecture=native"],
        ["-gencode", "arch=compute_70,code=sm_70", "-gencode=arch=compute_86,code=sm_86"],
        ["-cudart", "static"],
        ["-cudart=static", "-rdc=false"],
        ["-rdc", "false", "-lineinfo"],
        ["--compress-mode=size"],
    ],
)
def test_options_that_are_ours_to_set_are_replaced(given):
    assert theirs("-O2", *given, "a.cu") == ["-O2", "a.cu"]


def test_a_value_is_no_option():
    args = ["-Xcompiler", "-dc", "-o", "-arch", "-DX=-arch", "-I", "-rdc=true", "a.cu"]
    assert theirs(*args) == args


@pytest.mark.parametrize("given", [["-rdc=true"], ["-rdc", "true"], ["--relocatable-device-code=true"], ["-dc"], ["--device-link"]])
def test_relocatable_device_code_is_refused_with_the_remedy(given):
    with pytest.raises(UsageError, match="header"):
        nvcc_command([*given, "a.cu"])


def test_a_cubin_needs_a_real_architecture():
    assert "arch=compute_80,code=sm_80" in nvcc_command(["-cubin", "a.cu"])
    assert "arch=compute_80,code=compute_80" in nvcc_command(["-ptx", "a.cu"])  # and PTX for a virtual one


def test_an_unknown_profile_lists_the_known_ones():
    with pytest.raises(UsageError, match="a100, h100, h200, t4"):
        nvcc_command(["a.cu"], profile="rtx")


def test_the_environment_leads_to_no_other_toolkit(monkeypatch, tmp_path):
    fake = tmp_path / "nvcc"
    fake.write_text("#!/bin/sh\nexit 9\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/local/cuda/bin:/usr/bin:/bin")
    for name in (
        "CUDA_HOME",
        "CUDA_PATH",
        "NVCC_APPEND_FLAGS",
        "NVCC_PREPEND_FLAGS",
        "CPATH",
        "LIBRARY_PATH",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
    ):
        monkeypatch.setenv(name, "/usr/local/cuda")
    environment = nvcc_environment()
    assert set(environment) <= {"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "SOURCE_DATE_EPOCH"}
    assert str(tmp_path) not in environment["PATH"] and "/usr/local/cuda" not in environment["PATH"]


@pytest.mark.parametrize(
    ("path", "is_toolkits"),
    [
        ("/usr/include/c++/12/cmath", True),
        ("/usr/local/cuda-13.0/include/crt/sm_80_rt.hpp", True),
        ("/v/lib/python3.12/site-packages/nvidia/cu13/include/cub/cub.cuh", True),
        ("/v/bin/../lib/python3.12/site-packages/nvidia/cu13/bin/../include/cuda_fp16.hpp", True),
        ("/home/me/include/gemm.cuh", False),
        ("gemm.cu", False),
        ("/usr/src/course/gemm.cu", False),
    ],
)
def test_whose_file_it_is(path, is_toolkits):
    assert toolchain.is_toolkit_file(path) is is_toolkits


def test_the_digest_names_every_wheel():
    digest = toolchain.toolchain_digest()
    assert all(f"{name}=13.0." in digest for name in toolchain.WHEELS if name != "nvidia-nvvm")
    assert digest == toolchain.toolchain_digest()
