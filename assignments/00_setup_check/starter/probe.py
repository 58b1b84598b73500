"""What is this machine? Prints it as JSON: python3 probe.py [ROOT]; the system's files are below ROOT, / if it isn't said."""

import json
import subprocess
import sys
from pathlib import Path


def probe(root: Path) -> dict:
    """The machine whose files are below root. Keys: wsl, wslg, distribution, version, cores, cpu, memory_mib, gpus."""
    found = {"wsl": 0, "wslg": False, "distribution": "", "version": "", "cores": 0, "cpu": None, "memory_mib": 0, "gpus": []}
    # TODO: read the files, and ask nvidia-smi
    return found


if __name__ == "__main__":
    print(json.dumps(probe(Path(sys.argv[1] if len(sys.argv) > 1 else "/"))))
