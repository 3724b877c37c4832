"""`python -m tests.support.ray_cluster`: a cluster of two nodes on the loopback of this machine, with two CPUs and one.

Prints its address, and per node the process of its raylet; ends with its standard input. Whoever starts it gives it the
environment that the cluster shall have: its token, and the word that keeps Ray to this machine.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

ON_LOOPBACK = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # A node is missed after three seconds and not after fifteen.
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}


def main() -> None:
    """Keep the cluster up until the input ends."""
    clusters: Any = importlib.import_module("ray.cluster_utils")
    cluster = clusters.Cluster()
    raylets = []
    try:
        for cpus in (2, 1):
            node = cluster.add_node(
                num_cpus=cpus, object_store_memory=80 * 1024 * 1024, node_ip_address="127.0.0.1",
                include_dashboard=False, include_log_monitor=False, no_monitor=True,
            )  # fmt: skip
            raylets.append(node.all_processes["raylet"][0].process.pid)
        print(json.dumps({"address": cluster.address, "raylets": raylets}), flush=True)
        sys.stdin.read()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
