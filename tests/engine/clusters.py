"""A Ray cluster of several nodes on this machine, for tests."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

NODE = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
_TOKEN = secrets.token_hex(32)  # one for all clusters of a process: Ray reads it once


@contextlib.contextmanager
def small_cluster(**environment: str) -> Iterator[Any]:
    """One node with one processor. `environment` is its nodes'."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": _TOKEN,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_health_check_period_ms": "500",  # a dead node is noticed in seconds
            "RAY_health_check_failure_threshold": "4",
            "RAY_health_check_timeout_ms": "2000",
            **environment,
        }.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        made = Cluster(initialize_head=True, head_node_args=NODE)
        try:
            yield made
        finally:
            made.shutdown()
