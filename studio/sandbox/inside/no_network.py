"""No sockets but those within this machine's programs (`AF_UNIX`): a filter of system calls, for good (Linux).

Landlock closes TCP only, and that from Linux 6.7 on.  This filter refuses to make any other socket, so that UDP, DNS,
raw and virtual-machine sockets are closed too, and TCP on older kernels.  See seccomp(2); the program is classic BPF
over `struct seccomp_data` (number of the call at 0, processor at 4, first argument at 16).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_AF_UNIX = 1
_IO_URING_SETUP = 425
_X32 = 0x40000000
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""How the kernel calls the processor, and the number of `socket` on it."""


def can_close() -> bool:
    """True if the filter is written for this processor."""
    return sys.platform == "linux" and os.uname().machine in _MACHINES and struct.calcsize("P") == 8


def close_network() -> None:
    """Refuse from now on, in this process and its children, to make sockets of networks. Raises `OSError`."""
    processor, socket = _MACHINES[os.uname().machine]
    refused = _ERRNO | errno.EACCES
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, processor),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),  # calls of another processor's numbering (32 bits)
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 3, 0, _X32),  # the numbering of x32
        (_EQUAL, 2, 0, _IO_URING_SETUP),  # which makes sockets without a call that could be seen
        (_EQUAL, 2, 0, socket),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_LOAD, 0, 0, 16),
        (_EQUAL, 0, 1, _AF_UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refused),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(code, len(code))
    filter = struct.pack("@HP", len(program), ctypes.addressof(held))
    given = ctypes.create_string_buffer(filter, len(filter))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _MODE_FILTER, given, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "system calls cannot be filtered")
