"""The model host: a child process that holds one GGUF model and serves it on the loopback interface.

Run by its path, never imported: it reads one JSON line from standard input (model, slots, context,
threads, exact, key), prints one JSON line with its address, and ends when standard input closes.  A crash of the
engine, or an instruction this processor does not know, then costs one call and not the studio.

The listener cannot be switched off, so it is closed to everyone but the parent: a key that only travels
over standard input, no web origin but its own, no page, no view of its slots, no prompt kept on disk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time


def main() -> None:
    """Load the model, announce the address, serve until the parent is gone."""
    # What libraries print goes to standard error: standard output carries the one line of the handshake.
    announce = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Waiting threads spin briefly: two cores answer 3 times faster when quiet, and lose little when busy.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # else a failed assertion starts a debugger
    # Ctrl-C reaches the whole group; the parent cancels its calls in order and then closes our standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ask = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

    import xllamacpp  # after the spin count is set, which the library reads when it loads

    params = xllamacpp.CommonParams()
    params.model.path = ask["model"]
    params.n_parallel = ask["slots"]
    params.n_ctx = ask["context"] * ask["slots"]  # the total, split evenly over the slots
    params.kv_unified = False  # a shared cache makes answers depend on the neighbours
    if ask["exact"]:
        # Tokens computed together round differently from tokens computed alone (up to 0.2 in a log-probability), and
        # what is computed together depends on what is still cached and on the other calls. One at a time, an answer
        # depends on its request alone, to the last bit. Flash attention brings nothing then.
        params.n_ubatch = 1
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cpuparams.n_threads = ask["threads"]
    params.cpuparams_batch.n_threads = ask["threads"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [ask["key"]]
    params.cors_origins = "http://127.0.0.1"
    params.ui = False
    params.endpoint_slots = False
    params.cache_ram_mib = 0
    params.verbosity = 0
    # A third of the time until it listens: a trial call, and loading the file twice to see what fits on graphics cards.
    params.warmup = False
    processor = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    params.fit_params = any(device["type"] != processor for device in xllamacpp.get_device_info())
    server = xllamacpp.Server(params)
    announce.write(json.dumps({"address": server.listening_address}) + "\n")
    announce.flush()

    sys.stdin.read()
    os._exit(0)  # the engine's threads would keep an ordinary exit waiting


def _end_with(parent: int) -> None:
    """End when the parent is gone even if something else still holds our standard input open."""
    while os.name == "posix":
        time.sleep(1)
        if os.getppid() != parent:
            os._exit(0)


if __name__ == "__main__":
    main()
