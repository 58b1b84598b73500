"""Sandbox `docker`: commands in containers of a Docker Engine on this machine. `provider.py` is where to begin reading."""

from grader.sandbox.docker.provider import DockerSandbox

__all__ = ["DockerSandbox"]
