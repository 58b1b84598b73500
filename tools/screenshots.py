"""Screenshots of the report for the documentation: the real grades in tests/browser/grades → docs/img/*.png. Needs the extra `browser`.

    python tools/screenshots.py [--out docs/img]

`python -m tests.browser.record` grades anew first, if the pages shall show what the grader finds today.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.records import Grade
from grader.report import render

ROOT = Path(__file__).resolve().parents[1]
GRADES = ROOT / "tests" / "browser" / "grades"
MARGIN = 16  # CSS pixels beside a part of a page; above and below it has its own


class Shot(NamedTuple):
    """One file: which page, how it is looked at, and what of it (a CSS selector; "" is what a screen shows at first)."""

    name: str
    page: str  # a grade's name, or "index"
    width: int
    height: int
    part: str = ""
    language: str = "en"
    scheme: str = "light"
    scale: float = 1.5


SHOTS = (
    Shot("report", "race", 1200, 1050),
    Shot("report-phone", "race", 390, 844, language="ko", scheme="dark", scale=2),
    Shot("race-side-by-side", "race", 1100, 900, ".pair"),
    Shot("access-picture", "conflicts", 1000, 900, ".access.shared"),
    Shot("access-sectors", "conflicts", 1000, 900, ".access.global"),
    Shot("error-map", "tail", 1000, 900, ".map"),
    Shot("index", "index", 1200, 560),
)


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        sys.exit("no Chromium on this machine; Debian, Ubuntu: apt-get install chromium, or name one in $CHROMIUM")
    return path


def pages(folder: Path) -> dict[tuple[str, str], Path]:
    """Renders all grades in both languages: (grade's name or "index", language) → page."""
    grades = {path.stem: msgspec.json.decode(path.read_bytes(), type=Grade) for path in sorted(GRADES.glob("*.json"))}
    found = {}
    for language in ("en", "ko"):
        for name, grade in grades.items():
            index = render([grade], folder / language / name, language=language)
            (found[name, language],) = [path for path in index.parent.glob("*.html") if path != index]
        found["index", language] = render(list(grades.values()), folder / language, language=language)
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = pages(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium())
        for shot in SHOTS:
            context = browser.new_context(
                viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme, device_scale_factor=shot.scale
            )
            page = context.new_page()
            page.goto(found[shot.page, shot.language].as_uri())
            target = out / f"{shot.name}.png"
            if shot.part:
                box = page.locator(shot.part).first.bounding_box()
                if box is None:
                    sys.exit(f"{shot.name}: the page of {shot.page} has no {shot.part}")
                clip = {"x": box["x"] - MARGIN, "y": box["y"] + 1, "width": box["width"] + 2 * MARGIN, "height": box["height"] + 7}
                page.screenshot(path=target, clip=clip, full_page=True)
            else:
                page.screenshot(path=target)
            context.close()
            print(f"{target.name:24} {target.stat().st_size / 1024:6.0f} KiB")
        browser.close()


if __name__ == "__main__":
    main()
