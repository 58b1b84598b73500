"""Unpack: a .cu file, folder, zip or tar -> Source. Reads members in memory, within bounds; writes nothing anywhere."""

from grader.unpack.unpack import unpack

__all__ = ["unpack"]
