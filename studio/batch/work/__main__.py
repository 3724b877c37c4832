"""`python -m studio.batch.work`: a worker as a process, which talks through its standard input and output.

A message is its length in four bytes (big-endian) and its bytes. The end of the input is the end of the driver, however
it died: the worker ends as well, in a few seconds at most, whatever its runs are doing.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import BinaryIO, Final

from studio.support.errors import StudioError

GRACE_S: Final = 5.0

NEW_ONES: Final = 10_000
"""Objects that are made before those among them are looked for that only hold each other. The interpreter does so after
700: in a process that does nothing but run graphs, that is a twelfth of its time."""

AT_ONCE: Final = 1 << 16
"""Bytes that are read at a time."""


def main() -> None:
    """Serve one driver."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the driver's to answer
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what code of nodes prints must not come between the messages
    gc.set_threshold(NEW_ONES, *gc.get_threshold()[1:])
    from studio.support.private_memory import keep_memory_private

    keep_memory_private()
    asyncio.run(_serve(sys.stdin.buffer, replies))


async def _serve(orders: BinaryIO, replies: BinaryIO) -> None:
    from studio.batch.work.worker import Worker

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    one_at_a_time = threading.Lock()

    def send(messages: list[bytes]) -> None:
        data = memoryview(b"".join(part for one in messages for part in (len(one).to_bytes(4, "big"), one)))
        with one_at_a_time:
            try:
                while data:
                    data = data[replies.write(data) :]
            except OSError:
                return  # nobody is there to hear it: `listen` meets the end of the input as well

    worker = Worker(send, _give_up)

    def listen() -> None:
        for messages in _read(orders):
            try:
                worker.take(messages)
            except Exception as error:  # noqa: BLE001 - a worker that is deaf would be waited for for ever
                _give_up(error)
        loop.call_soon_threadsafe(over.set)
        timer = threading.Timer(GRACE_S, os._exit, (1,))
        timer.daemon = True
        timer.start()

    threading.Thread(target=listen, name="driver", daemon=True).start()
    await over.wait()
    await worker.close()


def _give_up(error: BaseException) -> None:
    """End at once; the driver shows the last line."""
    traceback.print_exception(error)
    print(str(error) if isinstance(error, StudioError) else f"a fault of the studio: {error!r}", file=sys.stderr)
    sys.stderr.flush()
    os._exit(1)


def _read(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Yield messages, as many as come together, until the stream ends."""
    waiting = bytearray()
    while data := os.read(stream.fileno(), AT_ONCE):
        waiting += data
        found, at = [], 0
        while len(waiting) >= at + 4 and len(waiting) >= (end := at + 4 + int.from_bytes(waiting[at : at + 4], "big")):
            found.append(bytes(waiting[at + 4 : end]))
            at = end
        if found:
            del waiting[:at]
            yield found


if __name__ == "__main__":
    main()
