"""`python -m studio` and the command `studio`."""

from __future__ import annotations

import os
import sys

# `python -m` looks for modules in the folder one stands in before all others: a `yaml.py` that came with somebody's
# graph would run (a `pathlib.py`, too, so nothing is imported for this). The folder that the studio is in stays.
_PLACE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
if __name__ == "__main__" and sys.path[:1] == [os.getcwd()] and sys.path[0] != _PLACE:  # noqa: PTH109
    del sys.path[0]

from studio.cli.main import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
