"""A stand-in for warpgrade-device: the same arguments and manners, a record of its own making. FAKE names a misbehaviour."""

import argparse
import json
import os
import socket
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("socket", "record", "profile", "checks", "threads", "max-block-instructions", "max-kernel-s", "memory-mib", "cards"):
    parser.add_argument(f"--{name}")
parser.add_argument("--schedule")
parser.add_argument("--seed")
parser.add_argument("--record-outputs", action="store_true")
options = parser.parse_args()
behaviour = Path(__file__).with_name("behaviour").read_text() if Path(__file__).with_name("behaviour").exists() else ""

if behaviour == "dies at start":
    print("warpgrade-device: no memory", file=sys.stderr)
    sys.exit(3)
if behaviour == "silent":
    time.sleep(60)

server = socket.socket(socket.AF_UNIX)
server.bind(options.socket)
server.listen()
print("other words" if behaviour == "other words" else "ready", flush=True)

if behaviour == "dies later":
    os.kill(os.getpid(), 9)
sys.stdin.buffer.read()
if behaviour == "deaf":
    time.sleep(60)
text = json.dumps(
    {
        "profile": Path(options.profile).stem,
        "threads": int(options.threads),
        "checks": [] if options.checks == "none" else options.checks.split(","),
        "findings": [
            {
                "verdict": "OOB_WRITE",
                "note": False,
                "kernel": "void scale<float>(float*, int)",
                "frames": [
                    ["/x/nvidia/cu13/include/crt/device_functions.h", 9, 2],
                    [os.path.join(os.getcwd(), "helper.cuh"), 4, 3],
                    ["prog.cu", 12, 1],
                ],
                "other_frames": [],
                "block": [1, 0, 0],
                "thread": [31, 0, 0],
                "other_thread": [0, 0, 0],
                "count": 1024,
                "message": "write of 4 bytes, 4 bytes behind the end of cudaMalloc #1",
                "launch": 0,
                "phase": "",
            }
        ],
        "kernels": [{"name": "scale", "base": "scale", "launches": 2, "metrics": {"smsp__inst_executed.sum": 40.0}, "lines": []}],
        "launches": [],
        "trace": [{"name": "cudaMalloc", "phase": "", "error": 0, "bytes": 8, "kind": "", "stream": 0}],
        "trace_dropped": 0,
        "marks": [],
        "unsupported": [],
        "host_fault": None,
        "kernel_s": 0.5,
        "a_later_version_says_more": 1,
    }
)
if behaviour != "no record":
    (Path(options.record) / "device.json").write_text("{" if behaviour == "half a record" else text)
