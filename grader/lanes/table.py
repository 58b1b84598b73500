"""The lanes: one row each. A new framework is a new row.

Versions are pinned: a grade must not depend on the day on which a lane was made. The old frameworks are the last that shipped (Caffe2 was
taken out of PyTorch after 1.10; kendryte-caffe is a CPU build of BVLC Caffe), so they need the interpreters of their time.
"""

from __future__ import annotations

from grader.records import Record


class Lane(Record, frozen=True, kw_only=True):
    """What a lane is made of. Paths in `compile` and `link` are those inside of a sandbox, where the lane's packages are at {packages}."""

    name: str
    title: str
    python: str = ""  # "3.8": the only version that will do; "": one like ours, from 3.11 on
    requirements: tuple[str, ...] = ()
    compile: tuple[str, ...] = ()  # flags for C++ that uses the framework's headers
    link: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # other lanes that it consists of; their interpreters are alike
    borrows: tuple[tuple[str, str], ...] = ()  # (lane, folder of its packages): headers that its own ones lack
    mib: int = 100  # on the disk, about


_NUMPY = "numpy==2.4.6"
_TORCH_HEADERS = ("-I{packages}/torch/include", "-I{packages}/torch/include/torch/csrc/api/include")
_TORCH_LINK = ("-L{packages}/torch/lib", "-Wl,-rpath,{packages}/torch/lib", "-ltorch", "-ltorch_cpu", "-lc10")

_ROWS = (
    Lane(
        name="jupyter",
        title="Jupyter: notebooks with NumPy",
        requirements=(_NUMPY, "nbformat==5.11.1", "nbclient==0.11.0", "ipykernel==7.1.0"),
        mib=180,
    ),
    Lane(
        name="torch",
        title="PyTorch 2",
        requirements=("torch==2.13.0", _NUMPY),
        compile=(*_TORCH_HEADERS, "-D_GLIBCXX_USE_CXX11_ABI=1"),
        link=_TORCH_LINK,
        mib=1100,
    ),
    Lane(
        name="tensorflow",
        title="TensorFlow 2",
        requirements=("tensorflow-cpu==2.21.0", _NUMPY),
        compile=("-I{packages}/tensorflow/include", "-D_GLIBCXX_USE_CXX11_ABI=1", "-DEIGEN_MAX_ALIGN_BYTES=64"),
        link=("-L{packages}/tensorflow", "-Wl,-rpath,{packages}/tensorflow", "-l:libtensorflow_framework.so.2"),
        mib=1500,
    ),
    Lane(
        name="caffe",
        title="Caffe (BVLC, CPU)",
        python="3.8",
        requirements=("kendryte-caffe==1.0.0.20210829", "protobuf<3.21", "numpy==1.24.4"),
        mib=500,
    ),
    Lane(
        name="caffe2",
        title="Caffe2, as PyTorch 1.10 shipped it",
        python="3.9",
        requirements=("torch==1.10.2", "numpy==1.26.4", "future==1.0.0", "protobuf<3.21", "six==1.17.0"),
        compile=(*_TORCH_HEADERS, "-D_GLIBCXX_USE_CXX11_ABI=0"),
        link=_TORCH_LINK,
        borrows=(("torch", "torch/include/google"),),  # protobuf 3.13's headers; every PyTorch from 1.10 on was built with that version
        mib=2600,
    ),
    Lane(name="frameworks21", title="PyTorch, TensorFlow and Jupyter together", parts=("torch", "tensorflow", "jupyter")),
)
LANES: dict[str, Lane] = {lane.name: lane for lane in _ROWS}
