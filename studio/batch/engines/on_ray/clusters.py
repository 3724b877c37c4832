"""The cluster that the bridge works with: one that stands already, or a small one on this machine alone.

Who may send tasks to a cluster may run any code on its machines, so none is used that takes them from anybody. With a
token, Ray would join such a cluster without a word: it is asked without one first.
"""

from __future__ import annotations

import importlib
import ipaddress
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from studio.support.errors import EnvironmentProblem, UsageError

STORE_BYTES: Final = 80 * 1024 * 1024
"""The least that Ray gives its object store; nothing of ours lies in it."""

ASK_S: Final = 20.0
HEAD_S: Final = 20
"""How long the head of a cluster may be silent; then Ray ends whoever speaks with it."""
HEAD_LOST: Final = "Failed to connect to GCS"
"""Ray's last words then."""

PASSED_ON: Final = (
    *("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_USE_TLS"),
    *("RAY_TLS_SERVER_CERT", "RAY_TLS_SERVER_KEY", "RAY_TLS_CA_CERT"),
)
"""Variables that say how a cluster that stands already is spoken to."""

_LOCKED: Final = "AuthenticationError"
"""What Ray calls it when the token is missing or wrong."""

_ADDRESS: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):(?P<port>[0-9]{1,5})")


def host_and_port(address: str) -> tuple[str, int]:
    """Return the two parts of a cluster's address. Raises `UsageError` if it has not the form HOST:PORT."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise UsageError(
            f"`{address}` is no address of a Ray cluster.",
            hint="Give the host and port of its head, as `ray start` prints them: 10.0.0.5:6379.",
        )
    return found["host"].strip("[]"), int(found["port"])


def around(address: str, *, token: str, inherited: Mapping[str, str], outer: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the bridge, which a cluster that it starts hands on to all its processes.

    `inherited` are variables without keys, `outer` all that the studio has; `token` locks a cluster of our own.
    """
    made = {
        **inherited,
        "RAY_AUTH_MODE": "token",
        "RAY_USAGE_STATS_ENABLED": "0",
        # Our actors get processes of their own; a process per CPU that Ray starts ahead would stand idle.
        "RAY_prestart_worker_first_driver": "0",
        # Ray's word for "keep to this machine", its default on Windows and macOS: only with it do all its servers
        # listen at 127.0.0.1. A node's address of 127.0.0.1 alone is replaced by the outward one.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_gcs_rpc_server_reconnect_timeout_s": str(HEAD_S),
    }
    if address:
        return made | {name: outer[name] for name in PASSED_ON if name in outer}
    return made | {"RAY_AUTH_TOKEN": token}


def start(home: str) -> None:
    """Start a cluster of this machine alone, with its files in `home`. Raises `EnvironmentProblem`."""
    ray = _ray()
    try:
        ray.init(
            address="local", num_cpus=os.cpu_count() or 1, include_dashboard=False, object_store_memory=STORE_BYTES,
            _temp_dir=home, log_to_driver=False, logging_level="error",
        )  # fmt: skip
    except (RuntimeError, ValueError, OSError, SystemExit) as error:
        raise EnvironmentProblem(f"Ray does not start: {first_line(error)}.") from None
    beyond = [address for node in ray.nodes() if not _is_loopback(address := str(node["NodeManagerAddress"]))]
    if beyond:
        ray.shutdown()
        raise EnvironmentProblem(
            f"Ray would listen beyond this machine, at {beyond[0]}.",
            hint="Start a cluster yourself, locked by a token, and name its address.",
        )


def join(address: str) -> None:
    """Join a cluster that stands. Raises `UsageError` if it is open to anybody or its token is not known here,
    `EnvironmentProblem` if it cannot be reached."""
    host, port = host_and_port(address)
    try:
        socket.create_connection((host, port), 5.0).close()
    except OSError as error:
        raise EnvironmentProblem(
            f"There is no Ray cluster at {address} ({error.strerror or error}).",
            hint="`ray status` on its head tells whether it runs.",
        ) from None
    require_lock(address, *_asked_without_token(address))
    ray = _ray()
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error")
    except (ray.exceptions.AuthenticationError, ConnectionError):  # it answered before
        raise UsageError(
            f"The Ray cluster at {address} wants a token that is not known here.",
            hint="Put it into a file and name that in RAY_AUTH_TOKEN_PATH; `ray get-auth-token` prints it there.",
        ) from None
    except (RuntimeError, ValueError, OSError, SystemExit, ray.exceptions.RayError) as error:
        raise EnvironmentProblem(
            f"The Ray cluster at {address} cannot be joined: {first_line(error)}.",
            hint="This machine must be one of its nodes (`ray start --address=…`), with the same Python and Ray.",
        ) from None


def require_lock(address: str, code: int, text: str) -> None:
    """Judge what a cluster answered to somebody without a token.

    Raises `UsageError` if it answers anybody, `EnvironmentProblem` if it cannot even say no.
    """
    if code == 0:
        raise UsageError(
            f"The Ray cluster at {address} takes orders from anybody who can reach it.",
            hint="Start all its nodes anew with RAY_AUTH_MODE=token and one token (`ray get-auth-token --generate`).",
        )
    if _LOCKED not in text:
        lines = text.strip().splitlines() or ["it says nothing"]
        raise EnvironmentProblem(f"The Ray cluster at {address} does not answer: {lines[-1][:300].rstrip('.')}.")


def _asked_without_token(address: str) -> tuple[int, str]:
    """Return the exit code and the text of Ray's own command that asks a cluster whether it is well."""
    anybody = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH_")}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "ray.scripts.scripts", "health-check", "--address", address],
            env={**anybody, "RAY_AUTH_MODE": "disabled"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=ASK_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {ASK_S:g} s"
    return done.returncode, done.stdout.decode("utf-8", "replace")


def first_line(error: BaseException) -> str:
    """Return what an error of Ray says, without its many lines and its full stop."""
    lines = str(error).strip().splitlines()
    return (lines[0].strip()[:300] if lines else type(error).__name__).rstrip(".")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _ray() -> Any:
    return importlib.import_module("ray")
