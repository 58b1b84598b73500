from pathlib import Path


def make(folder: Path) -> Path:
    lines = [
        "#error x%0A::set-output name=owned::1",
        '#line 3 "::set-env name=owned::1"',
        "#error ::add-mask::owned",
        "##[command]owned",
        "::stop-commands::owned",
    ]
    (folder / "scale.cu").write_text("\r".join(lines) + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder
