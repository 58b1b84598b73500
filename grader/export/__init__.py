"""Exports: what counts, as the gradebook sees it -> the files that other systems import. A format is a row of `EXPORTERS`, pure."""

from grader.export.record import Exported, Exporter, File, Graded, Item, Material
from grader.export.table import EXPORTERS, exporter

__all__ = ["EXPORTERS", "Exported", "Exporter", "File", "Graded", "Item", "Material", "exporter"]
