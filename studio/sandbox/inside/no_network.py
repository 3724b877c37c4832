"""A filter of system calls, for good (Linux): which sockets can be made, and no keys of the kernel's.

Landlock closes TCP only, and that from Linux 6.7 on, and lets a program connect to any socket in the file system: to
the session's bus, a key agent, a container engine, which do what they are asked with all rights of the person.  So
behind Landlock no socket can be made but pairs that are connected already.  Namespaces of networks, which bubblewrap
uses, do not hold virtual-machine sockets; there this filter leaves the families that they do hold.  Neither keeps
away from the kernel's keyrings (keyrings(7)), which processes inherit.

See seccomp(2); the program is classic BPF over `struct seccomp_data` (number of the call at 0, processor at 4,
arguments from 16 on, 8 bytes each).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_FIRST, _SECOND = 16, 24
_KIND, _DATAGRAM = 0xF, 2
"""Of a socket's kind, which has flags beside it. A pair of datagram sockets can be connected anew, by a path."""
_IO_URING_SETUP = 425
_X32 = 0x40000000
_MACHINES = {
    "x86_64": (0xC000003E, 41, 53, (248, 249, 250)),
    "aarch64": (0xC00000B7, 198, 199, (217, 218, 219)),
}
"""How the kernel calls the processor, and the numbers of `socket`, `socketpair`, and `add_key`, `request_key`,
`keyctl` on it."""

FAMILIES = {"all": (), "beyond": (1, 2, 10, 16)}
"""Which families of sockets are left where `all` sockets are closed, or those `beyond` a namespace of networks:
`AF_UNIX`, `AF_INET`, `AF_INET6`, `AF_NETLINK`."""


def can_close() -> bool:
    """True if the filter is written for this processor."""
    return sys.platform == "linux" and os.uname().machine in _MACHINES and struct.calcsize("P") == 8


def close(sockets: str) -> None:
    """Refuse from now on, in this process and its children, the kernel's keyrings and the sockets that `FAMILIES` does
    not leave ("": none is refused). Raises `OSError`."""
    processor, socket, pair, keys = _MACHINES[os.uname().machine]
    refused = (_RETURN, 0, 0, _ERRNO | errno.EACCES)
    unknown = (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)
    allowed = (_RETURN, 0, 0, _ALLOW)
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, processor),
        unknown,  # calls of another processor's numbering (32 bits)
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),  # the numbering of x32
        unknown,
    ]
    for number in keys:
        program += [(_EQUAL, 0, 1, number), unknown]
    if sockets:
        left = FAMILIES[sockets]
        program += [(_EQUAL, 0, 1, _IO_URING_SETUP), unknown]  # it makes sockets without a call that could be seen
        program += [(_EQUAL, 0, 2 + 2 * len(left), socket), (_LOAD, 0, 0, _FIRST)]
        for family in left:
            program += [(_EQUAL, 0, 1, family), allowed]
        program += [refused]
    if sockets == "all":
        program += [(_EQUAL, 0, 5, pair), (_LOAD, 0, 0, _SECOND), (_AND, 0, 0, _KIND)]
        program += [(_EQUAL, 0, 1, _DATAGRAM), refused, allowed]
    program += [allowed]
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(code, len(code))
    filter = struct.pack("@HP", len(program), ctypes.addressof(held))
    given = ctypes.create_string_buffer(filter, len(filter))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _MODE_FILTER, given, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "system calls cannot be filtered")
