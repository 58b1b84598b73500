from __future__ import annotations

import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path


class Machine:
    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def text(self, *parts: str) -> str:
        return self.root.joinpath(*parts).read_text()

    @property
    def release(self) -> dict[str, str]:
        return dict(word.split("=", 1) for word in shlex.split(self.text("etc", "os-release"), comments=True))

    def probe(self) -> dict:
        kernel = self.text("proc", "version")
        blocks = [block for block in self.text("proc", "cpuinfo").split("\n\n") if block.strip()]
        first = dict(map(str.strip, line.split(":", 1)) for line in blocks[0].splitlines())
        memory = next(line for line in self.text("proc", "meminfo").splitlines() if "MemTotal" in line)
        return {
            "wsl": 0 if "icrosoft" not in kernel else 1 + ("WSL2" in kernel),
            "wslg": (self.root / "mnt/wslg").exists(),
            "distribution": self.release["ID"],
            "version": self.release["VERSION_ID"],
            "cores": len(blocks),
            "cpu": first.get("model name"),
            "memory_mib": int(memory.split()[1]) // 2**10,
            "gpus": self.gpus(),
        }

    @staticmethod
    def gpus() -> list[dict]:
        try:
            done = subprocess.run(
                ["nvidia-smi", "--query-gpu=driver_version,name,memory.total", "--format=csv,noheader,nounits"],
                check=True,
                capture_output=True,
                text=True,
            )
        except (FileNotFoundError, subprocess.CalledProcessError):
            return []
        rows = csv.reader(done.stdout.splitlines(), skipinitialspace=True)
        return [{"name": name, "memory_mib": int(memory), "driver": driver} for driver, name, memory in rows]


if __name__ == "__main__":
    print(json.dumps(Machine(*sys.argv[1:] or ["/"]).probe()))
