"""What each boundary keeps away, and that without one nothing is: the control of each protection is `none`."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox import boundaries, children, views
from studio.sandbox.boundaries import Boundary
from studio.sandbox.boxes import RunSandbox
from studio.support.errors import NodeError
from tests.sandbox.conftest import LINUX

pytestmark = pytest.mark.skipif(not LINUX, reason="boundaries are those of Linux")

KEPT = {"bubblewrap": True, "landlock": True, "none": False}
"""Boundaries that keep files, TCP and signals away."""

TRY = """
def main(do, **more):
    import os, socket
    try:
        if do == "write":
            open(more["path"], "w").write("x")
        elif do == "read":
            open(more["path"]).read()
        elif do == "list":
            os.listdir(more["path"])
        elif do == "move":
            open("moved", "w").close(); os.rename("moved", more["path"])
        elif do == "link":
            os.link(more["path"], "linked"); open("linked").read()
        elif do == "symlink":
            os.symlink(more["path"], "pointed"); open("pointed").read()
        elif do == "cut":
            os.truncate(more["path"], 0)
        elif do == "tcp":
            socket.create_connection(("127.0.0.1", more["port"]), timeout=5).close()
        elif do == "listen":
            socket.create_server(("127.0.0.1", more["port"])).close()
        elif do == "udp":
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", more["port"]))
        elif do == "abstract":
            socket.socket(socket.AF_UNIX).connect("\\0" + more["name"])
        elif do == "signal":
            os.kill(more["pid"], 0)
        elif do == "processes":
            assert str(more["pid"]) in os.listdir("/proc")
            open("/proc/%d/status" % more["pid"]).read()
        return "done"
    except (OSError, AssertionError) as error:
        return type(error).__name__
"""


async def tried(sandbox: RunSandbox, do: str, **more: object) -> str:
    code = TRY.replace("**more", ", ".join(f"{name}=None" for name in more) or "nothing=None").replace(
        "    import os", f"    more = dict({', '.join(f'{n}={n}' for n in more)})\n    import os"
    )
    return str((await sandbox.python(code, {"do": do, **more})).value)


async def test_files_outside_are_out_of_reach(sandbox: RunSandbox, tmp_path: Path) -> None:
    for do in ("write", "read", "list", "move", "link", "symlink", "cut"):
        folder = tmp_path / do
        folder.mkdir()
        secret = folder / "secret.txt"
        secret.write_text("mine")
        path = folder if do == "list" else folder / "new.txt" if do == "move" else secret

        outcome = await tried(sandbox, do, path=str(path))

        if KEPT[sandbox.boundary]:
            assert outcome != "done", do
            assert secret.read_text() == "mine", do
            assert not (folder / "new.txt").exists(), do
        elif do not in ("move", "link"):  # these two need one file system
            assert outcome == "done", do


async def test_the_home_folder_and_etc_shadow_are_out_of_reach(sandbox: RunSandbox) -> None:
    if not KEPT[sandbox.boundary]:
        assert await tried(sandbox, "list", path=str(Path.home())) == "done"
        return
    assert await tried(sandbox, "read", path="/etc/shadow") != "done"
    told = await sandbox.python(
        "import os\ndef main(home):\n    try:\n        return os.listdir(home)\n    except OSError:\n        return []",
        {"home": str(Path.home())},
    )
    assert not {".ssh", ".bashrc", ".profile", ".gitconfig"} & set(told.value)


async def test_no_tcp_goes_out_and_none_comes_in(sandbox: RunSandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        out = await tried(sandbox, "tcp", port=port)
    inward = await tried(sandbox, "listen", port=0)

    assert (out == "done") == (not KEPT[sandbox.boundary])
    # In a bubblewrap box a port can be opened: of the box's own network, where nobody else is.
    assert (inward == "done") == (sandbox.boundary != "landlock")


async def test_no_udp_goes_out(sandbox: RunSandbox) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.3)
        await tried(sandbox, "udp", port=server.getsockname()[1])
        try:
            came = server.recv(100) == b"hello"
        except TimeoutError:
            came = False

    assert came == (not KEPT[sandbox.boundary])


async def test_control_landlock_alone_lets_udp_pass(
    make: Callable[..., RunSandbox], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    shutil.copytree(views.INSIDE, inside)
    (inside / "no_network.py").write_text("def can_close():\n    return False\n")
    monkeypatch.setattr(children, "INSIDE", inside)
    if why := boundaries.missing("landlock"):
        pytest.skip(why)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        assert await tried(make(wish="landlock"), "udp", port=server.getsockname()[1]) == "done"
        assert server.recv(100) == b"hello"


OTHER_SOCKETS = """
import ctypes, os, socket
def main():
    found = {}
    for name, family, kind in (
        ("inet", 2, 1), ("inet6", 10, 2), ("netlink", 16, 3), ("packet", 17, 3), ("vsock", 40, 1), ("unix", 1, 1)
    ):
        try:
            socket.socket(family, kind).close()
            found[name] = "open"
        except OSError as error:
            found[name] = error.errno
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(425, 1, None)
    found["io_uring"] = ctypes.get_errno()
    a, b = socket.socketpair()
    a.send(b"x")
    found["pair"] = b.recv(1).decode()
    return found
"""


async def test_behind_landlock_no_socket_of_any_network_is_made(make: Callable[..., RunSandbox]) -> None:
    if why := boundaries.missing("landlock"):
        pytest.skip(why)

    closed = (await make(wish="landlock").python(OTHER_SOCKETS, {})).value
    free = (await make(wish="none").python(OTHER_SOCKETS, {})).value

    assert closed == {
        **dict.fromkeys(("inet", "inet6", "netlink", "packet", "vsock"), errno.EACCES),
        "unix": errno.EACCES, "io_uring": errno.ENOSYS, "pair": "x",
    }  # fmt: skip
    assert (free["inet"], free["netlink"]) == ("open", "open")  # the control
    assert free["io_uring"] != errno.ENOSYS


async def test_a_namespace_of_networks_is_closed_where_it_does_not_reach(make: Callable[..., RunSandbox]) -> None:
    if why := boundaries.missing("bubblewrap"):
        pytest.skip(why)

    made = (await make(wish="bubblewrap").python(OTHER_SOCKETS, {})).value

    assert (made["vsock"], made["packet"], made["io_uring"]) == (errno.EACCES, errno.EACCES, errno.ENOSYS)
    assert (made["inet"], made["unix"], made["pair"]) == ("open", "open", "x")


BUS = """
import socket
import threading
def main(path):
    a, b = socket.socketpair()
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.connect(path)
            return made.recv(10).decode()
    except OSError as error:
        said = error.errno
    try:
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.connect(path + ".log")
        return one.send(b"x")
    except OSError as error:
        return [said, error.errno]
"""


async def test_services_of_this_computer_that_have_a_file_are_out_of_reach(
    make: Callable[..., RunSandbox], tmp_path: Path
) -> None:
    """A session's bus, a key agent or a container engine does whatever it is asked, with all rights of the person."""
    path = str(tmp_path / "bus")
    with socket.socket(socket.AF_UNIX) as bus, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        bus.bind(path)
        bus.listen()
        log.bind(f"{path}.log")
        threading.Thread(target=lambda: bus.accept()[0].sendall(b"hello"), daemon=True).start()
        for wish in ("bubblewrap", "landlock"):
            if not boundaries.missing(wish):
                answered = (await make(wish=wish).python(BUS, {"path": path})).value
                assert isinstance(answered, list), f"{wish}: {answered}"
        assert (await make(wish="none").python(BUS, {"path": path})).value == "hello"  # the control


KEYS = """
import ctypes, os
def main():
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
    libc.syscall(numbers[1], 0, -3, 0)
    return ctypes.get_errno()
"""


@pytest.mark.parametrize("wish", ["bubblewrap", "landlock"])
async def test_the_kernels_keyrings_are_out_of_reach(make: Callable[..., RunSandbox], wish: Any) -> None:
    if why := boundaries.missing(wish):
        pytest.skip(why)

    assert (await make(wish=wish).python(KEYS, {})).value == errno.ENOSYS
    assert (await make(wish="none").python(KEYS, {})).value != errno.ENOSYS  # the control


async def test_sockets_without_a_file_of_other_programs_are_out_of_reach(sandbox: RunSandbox) -> None:
    from studio.sandbox.inside import landlock

    name = f"studio-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()
        outcome = await tried(sandbox, "abstract", name=name)

    kept = sandbox.boundary == "bubblewrap" or (sandbox.boundary == "landlock" and landlock.version() >= 6)
    assert (outcome == "done") == (not kept)


async def test_other_processes_are_neither_seen_nor_signalled(sandbox: RunSandbox) -> None:
    from studio.sandbox.inside import landlock

    seen = await tried(sandbox, "processes", pid=os.getpid())
    signalled = await tried(sandbox, "signal", pid=os.getpid())

    assert (seen == "done") == (not KEPT[sandbox.boundary])
    kept = sandbox.boundary == "bubblewrap" or (sandbox.boundary == "landlock" and landlock.version() >= 6)
    assert (signalled == "done") == (not kept)


async def test_no_box_has_privileges_even_for_root(sandbox: RunSandbox) -> None:
    code = "def main():\n    return [l for l in open('/proc/self/status') if l.startswith(('Cap', 'NoNew'))]"
    told = "".join((await sandbox.python(code, {})).value)

    # Users other than root cannot shorten the list of what programs might bring; `NoNewPrivs` makes it void.
    bounded = os.getuid() == 0 or sandbox.boundary == "bubblewrap"
    for line in ("CapPrm", "CapEff", "CapInh", "CapAmb", *(("CapBnd",) if bounded else ())):
        assert f"{line}:\t0000000000000000" in told
    assert "NoNewPrivs:\t1" in told


async def test_its_own_folder_is_its_own_to_use(sandbox: RunSandbox) -> None:
    code = "def main():\n    open('x', 'w').write('y')\n    return open('x').read()"

    assert (await sandbox.python(code, {})).value == "y"


@pytest.mark.parametrize("wish", ["required", "bubblewrap", "landlock"])
async def test_where_a_required_boundary_is_missing_nothing_runs(
    make: Callable[..., RunSandbox], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wish: str
) -> None:
    monkeypatch.setattr(boundaries, "missing", lambda name: "" if name == "none" else "it is not there")
    monkeypatch.setattr(boundaries, "best", lambda: "none")
    sandbox = make(wish=wish)
    touched = tmp_path / "touched"

    with pytest.raises(NodeError, match=r"no code or command runs: .*it is not there.*studio help sandbox"):
        await sandbox.python(f"def main():\n    open({str(touched)!r}, 'w')", {})
    with pytest.raises(NodeError, match="no code or command runs"):
        await sandbox.command(["touch", str(touched)], folder=tmp_path)
    assert not touched.exists()

    # The control: asked for the best there is, it runs, and says that there is none.
    sandbox = make(wish="best")
    await sandbox.python(f"def main():\n    open({str(touched)!r}, 'w')", {})
    assert touched.exists()
    assert sandbox.boundary == "none"


async def test_a_boundary_that_cannot_be_put_up_stops_the_box(
    make: Callable[..., RunSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "DEVICES", ("/dev/null\0",))  # the kernel will not take this one
    with pytest.raises(NodeError, match=r"no code or command runs: the boundary cannot be put up|did not start"):
        await make(wish="landlock").python("def main():\n    return 1", {})


def test_the_best_boundary_is_the_first_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    have: set[Boundary] = {"landlock", "none"}
    monkeypatch.setattr(boundaries, "missing", lambda name: "" if name in have else "no")
    boundaries.best.cache_clear()
    try:
        assert boundaries.choose("best") == "landlock"
        assert boundaries.choose("required") == "landlock"
        assert boundaries.choose("none") == "none"
        boundaries.best.cache_clear()
        have.add("bubblewrap")
        assert boundaries.choose("best") == "bubblewrap"
        boundaries.best.cache_clear()
        have.clear()
        have.add("none")
        assert boundaries.choose("best") == "none"
    finally:
        boundaries.best.cache_clear()


async def test_a_command_that_may_write_in_a_project_does_not_write_code_that_others_run(
    sandbox: RunSandbox, tmp_path: Path
) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / ".git" / "hooks").mkdir(parents=True)
    script = "echo x > made.txt; echo x > nodes/made.py; echo x > .git/hooks/pre-commit"

    await sandbox.command(["sh", "-c", script], folder=tmp_path, writable=True)

    assert (tmp_path / "made.txt").exists()
    made = [(tmp_path / name).exists() for name in ("nodes/made.py", ".git/hooks/pre-commit")]
    assert made == [sandbox.boundary != "bubblewrap"] * 2  # control: the other boundaries cannot tell the folders apart
