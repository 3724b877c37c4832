"""The HTTP server around an application: on loopback, on a port of one's choice, ended in order."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

import uvicorn

from studio.serve.openai_api import ChatEndpoint
from studio.support.errors import EnvironmentProblem

LOOPBACK: Final = "127.0.0.1"


def open_socket(port: int) -> socket.socket:
    """Return a listening socket on loopback; port 0 takes a free one. Raises EnvironmentProblem."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((LOOPBACK, port))
        made.listen(128)  # from now on who connects waits, and is not refused
    except (OSError, OverflowError) as error:
        made.close()
        told = getattr(error, "strerror", None) or str(error)
        raise EnvironmentProblem(f"Port {port} cannot be used: {told}.", hint="Choose another with --port.") from None
    return made


async def serve_http(endpoint: ChatEndpoint, listening: socket.socket, started: Callable[[int], None]) -> None:
    """Serve until the process is told to end (Ctrl-C, SIGTERM); `started` gets the port.

    Runs under way are aborted then, and recorded as far as they came.
    """
    port = listening.getsockname()[1]
    endpoint.ports = frozenset(f"{host}:{port}" for host in (LOOPBACK, "localhost"))
    config = uvicorn.Config(
        endpoint.app(), log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5,
        lifespan="off",
    )  # fmt: skip
    started(port)
    await uvicorn.Server(config).serve(sockets=[listening])
