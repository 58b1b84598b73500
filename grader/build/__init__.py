"""Build: Source -> Program. nvcc in the sandbox, a content cache, diagnostics as Problems."""

from grader.build.build import build
from grader.build.cache import Cache
from grader.build.lines import host_line

__all__ = ["Cache", "build", "host_line"]
