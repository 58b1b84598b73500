#!/usr/bin/env python3
import json
import os
import re
import shutil
import subprocess
import sys


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as f:
        return f.read()


def main(argv):
    root = argv[1] if len(argv) > 1 else "/"
    version = read(root, "proc/version")
    if re.search("WSL2|microsoft-standard", version):
        wsl = 2
    elif "Microsoft" in version:
        wsl = 1
    else:
        wsl = 0
    os_release = dict(re.findall(r"""^(\w+)=["']?(.*?)["']?\s*$""", read(root, "etc/os-release"), re.M))
    info = read(root, "proc/cpuinfo")
    model = re.search(r"^model name\s*:\s*(.*?)\s*$", info, re.M)
    kb = int(re.search(r"^MemTotal:\s*(\d+)\s*kB", read(root, "proc/meminfo"), re.M).group(1))
    gpus = []
    if shutil.which("nvidia-smi"):
        try:
            text = subprocess.check_output(
                ["nvidia-smi", "--format=csv", "--query-gpu=name,memory.total,driver_version"], stderr=subprocess.DEVNULL
            ).decode()
        except subprocess.CalledProcessError:
            text = ""
        for row in text.splitlines()[1:]:
            name, memory, driver = row.split(", ")
            gpus.append(dict(name=name, memory_mib=int(memory.split()[0]), driver=driver))
    json.dump(
        {
            "wsl": wsl,
            "wslg": os.path.exists(os.path.join(root, "mnt", "wslg")),
            "distribution": os_release["ID"],
            "version": os_release["VERSION_ID"],
            "cores": len(re.findall(r"^processor\s*:", info, re.M)),
            "cpu": model.group(1) if model else None,
            "memory_mib": kb >> 10,
            "gpus": gpus,
        },
        sys.stdout,
        indent=2,
    )


main(sys.argv)
