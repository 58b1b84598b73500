from pathlib import Path


def make(folder: Path) -> Path:
    text = "\x1b]0;owned\x07\x1b[2J\x1b]8;;http://owned\x1b\\link\x1b]8;;\x1b\\\x1b[5n\u202e\x9b31m"
    (folder / "scale.cu").write_text(f"#error {text}\n// {text}\n", encoding="utf-8")
    return folder
