"""What every test gets: a home of its own, and a network that ends at this machine."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support.collecting import import_share
from tests.support.drawing import draw_from_the_test_alone
from tests.support.thorough import choose_draws, draws

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# One test worker per processor: threads of numpy's small products would only spin for each other. Read at its import.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long one example takes says what else the machine is doing; tests about time measure it themselves.
# The same examples each time, as on a build server; `HYPOTHESIS_EXPLORE=1` draws others, and keeps what fails.
EXPLORES = bool(os.environ.get("HYPOTHESIS_EXPLORE"))
DRAWS: dict[str, Any] = {} if EXPLORES else {"derandomize": True, "database": None}
if not EXPLORES:
    draw_from_the_test_alone()

LOOPBACK = ("127.", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    """Random cases are drawn more often in a thorough run."""
    choose_draws(config.getoption("markexpr"))
    hypothesis.settings.register_profile("studio", max_examples=draws(50, 100), deadline=None, **DRAWS)
    hypothesis.settings.load_profile("studio")


def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto` one worker more than there are processors: a quarter of the time tests wait for something else."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collecting tests makes much that stays and little garbage: looking for it takes a third of the time.

    What stays (modules, tests) is looked through no more later, either; nor is the little that does not, which would
    take a second to find.
    """
    gc.disable()
    try:
        import_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def what_stands_is_no_garbage() -> None:
    """A collection looks only through what was made since a module of tests began: what libraries, caches and fixtures
    keep is most of all objects by far, and to look through it again and again was a third of a whole run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def new_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that nothing is in; pytest's own way would look through those of all tests before for each."""
    homes = tmp_path_factory.mktemp("homes")
    return (homes / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_home(new_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data, trace and models of a test are its own."""
    home = next(new_homes)
    home.mkdir()
    for name in ("STUDIO_MODEL", "STUDIO_GGUF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STUDIO_HOME", str(home))
    monkeypatch.setenv("STUDIO_DB", str(home / "trace.db"))
    return home


@pytest.fixture(autouse=True)
def no_writers_left() -> Iterator[None]:
    """Writers of a test's databases end with it: a session of thousands of tests would run out of open files."""
    yield
    module = sys.modules.get("studio.trace.writer")
    if module is not None:
        module.close_writers()


@pytest.fixture(autouse=True, scope="session")
def quick_traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The schema of a new trace is made once, and copied."""
    from tests.support.blank_traces import blank_traces

    with blank_traces(tmp_path_factory.mktemp("blank")):
        yield


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Connecting or resolving beyond the loopback fails at once, naming the address."""
    connect = socket.socket.connect
    resolve = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "unix"
        if host != "unix" and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    def guarded_resolve(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not str(name).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to look up {name}")
        return resolve(host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield
