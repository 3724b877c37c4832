"""The beginning of every box: become warden and child, take limits and boundary upon the child, run what was asked.

Run by its path with one argument, the plan as JSON: `role` (`python`, `command`, or `streams`), the numbers of the
inherited `requests`, `answers`, `status` and `life` pipes, `limits`, `landlock` (or null), `closed` (which sockets,
see `no_network`, or null), `argv` of a command,
`scratch` (a folder to take away at the end, or ""), `watch_memory` (bytes, where the limits do not bound it).
"""

from __future__ import annotations

import json
import os
import signal
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, _HERE)
answering = __import__("answering")
if sys.platform == "win32":
    import msvcrt
else:
    landlock, limits, no_network, warden = map(__import__, ("landlock", "limits", "no_network", "warden"))
sys.path.remove(_HERE)


def main() -> None:
    """Follow the plan."""
    plan = json.loads(sys.argv[1])
    sys.argv[1:] = []
    if plan["role"] == "streams":
        _serve_by_standard_streams()
        return
    limits.adopt_orphans()
    watch = warden.Watch()
    child = os.fork()
    if child:
        for name in ("requests", "answers"):
            if name in plan:
                os.close(plan[name])
        _leave_streams(plan["role"])
        warden.guard(child, watch, plan["life"], plan["status"], plan["watch_memory"])
        if plan["scratch"]:
            warden.clear_away(plan["scratch"])
        os._exit(0)
    watch.forget()
    os.close(plan["life"])
    try:
        _confine(plan)
    except OSError as error:
        os.write(plan["status"], json.dumps({"refused": str(error)}).encode() + b"\n")
        os._exit(125)
    if plan["role"] == "command":
        _become(plan)
    os.write(plan["status"], b'{"ready": true}\n')
    os.close(plan["status"])
    answering.serve(plan["requests"], plan["answers"])
    os._exit(0)


def _confine(plan: dict[str, object]) -> None:
    parent = os.getppid()
    os.setpgid(0, 0)
    limits.die_with_parent()
    if os.getppid() != parent:
        os._exit(0)  # the warden ended before we asked to end with it
    if plan["role"] == "python":
        limits.adopt_orphans()
    limits.drop_privileges()
    rules = plan["landlock"]
    if isinstance(rules, dict):
        landlock.restrict(rules["read"], rules["write"], network=rules["network"])
    closed = plan["closed"]
    if isinstance(closed, str) and no_network.can_close():
        no_network.close(closed)
    limits.limit(plan["limits"])


def _leave_streams(role: str) -> None:
    """The warden neither reads nor writes the child's streams; it must not keep them open."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)


def _become(plan: dict[str, object]) -> None:
    argv = plan["argv"]
    status = plan["status"]
    assert isinstance(argv, list)
    assert isinstance(status, int)
    os.set_inheritable(status, False)
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, which a command would inherit
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(argv[0], argv, os.environ)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        os.write(status, json.dumps({"no_start": reason}).encode() + b"\n")
        os._exit(127)


def _serve_by_standard_streams() -> None:
    """Windows inherits no other descriptors: frames go by standard input and output, prints in the answers."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    if sys.platform == "win32":  # bytes as they are
        for fd in (requests, answers):
            msvcrt.setmode(fd, os.O_BINARY)
    answering.serve(requests, answers, prints_in_answers=True)


if __name__ == "__main__":
    main()
