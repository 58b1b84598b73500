"""What is this machine? Prints it as JSON: python3 probe.py [ROOT]; the system's files are below ROOT, / if it isn't said."""

import json
import subprocess
import sys
from pathlib import Path


def probe(root: Path) -> dict:
    """The machine whose files are below root. Keys: wsl, wslg, distribution, version, cores, cpu, memory_mib, gpus."""
    found = {"wsl": 0, "wslg": False, "distribution": "", "version": "", "cores": 0, "cpu": None, "memory_mib": 0, "gpus": []}
    # BEGIN SOLUTION TODO: read the files, and ask nvidia-smi
    kernel = (root / "proc/version").read_text()
    if "microsoft" in kernel.lower():
        found["wsl"] = 2 if "WSL2" in kernel else 1
    found["wslg"] = (root / "mnt/wslg").is_dir()

    release = {}
    for line in (root / "etc/os-release").read_text().splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            release[name] = value.strip("\"'")
    found["distribution"] = release.get("ID", "")
    found["version"] = release.get("VERSION_ID", "")

    for line in (root / "proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "processor":
            found["cores"] += 1
        elif name.strip() == "model name":
            found["cpu"] = value.strip()

    for line in (root / "proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal:"):
            found["memory_mib"] = int(line.split()[1]) // 1024

    found["gpus"] = gpus()
    # END SOLUTION
    return found


# BEGIN SOLUTION
def gpus() -> list:
    """The cards that nvidia-smi lists; none if there is no such program, or if it can't reach its driver."""
    command = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return []
    if answer.returncode != 0:
        return []
    cards = []
    for line in answer.stdout.splitlines():
        name, memory, driver = (part.strip() for part in line.split(","))
        cards.append({"name": name, "memory_mib": int(memory), "driver": driver})
    return cards


# END SOLUTION
if __name__ == "__main__":
    print(json.dumps(probe(Path(sys.argv[1] if len(sys.argv) > 1 else "/"))))
