"""Unpack: a .cu file, folder, zip or tar -> Source. Reads members in memory, within bounds; writes nothing anywhere."""

from grader.unpack.unpack import digest_of_files, unpack

__all__ = ["digest_of_files", "unpack"]
