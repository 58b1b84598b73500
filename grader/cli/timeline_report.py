"""The virtual timeline as bars: what each stream does when, by the model of docs/design/timeline.md. Estimates; the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.devices.record import DeviceRecord, DeviceWork, makespan_of, overlap_of
from grader.report.text import number

if TYPE_CHECKING:
    from rich.console import Console

# kind of work -> its letter in the bars, its name
KINDS = {
    "HtoD": ("U", "upload"),
    "DtoH": ("D", "download"),
    "DtoD": ("C", "copy on the device"),
    "memset": ("M", "memset"),
    "kernel": ("K", "kernel"),
    "host": ("H", "host function"),
}
OTHER = ("?", "other work")


def show_timeline(record: DeviceRecord, console: Console, width: int) -> None:
    """A row for each stream of each client; time runs from left to right."""
    clients = sorted({work.client for work in record.timeline})
    for client in clients:
        of_client = [work for work in record.timeline if work.client == client]
        whose = f" of client {client}" if len(clients) > 1 else ""
        console.print(
            f"\nTimeline{whose} (estimate): {number(makespan_of(of_client), 1)} us from the first operation's start to the last one's end,"
            f" {number(100 * overlap_of(of_client), 1)} % of the work beside other work",
            markup=False,
            style="bold",
        )
        _bars(of_client, console, width)
    if record.timeline_dropped:
        console.print(f"  {record.timeline_dropped:,} later operations are not shown", markup=False)


def _bars(work: Sequence[DeviceWork], console: Console, width: int) -> None:
    begin = min(each.start_us for each in work)
    span = max(each.end_us for each in work) - begin or 1.0
    columns = max(20, width - 16)
    for stream in sorted({each.stream for each in work}):
        row = [" "] * columns
        for each in work:
            if each.stream != stream:
                continue
            first = min(columns - 1, int((each.start_us - begin) / span * columns))
            last = max(first + 1, round((each.end_us - begin) / span * columns))
            row[first:last] = KINDS.get(each.kind, OTHER)[0] * (min(last, columns) - first)
        console.print(f"  stream {stream:>3} |{''.join(row)}|", markup=False)
    met = {KINDS.get(each.kind, OTHER) for each in work}
    console.print("  " + "  ".join(f"{letter} {name}" for letter, name in sorted(met)), markup=False, style="dim")
