"""The service `files`: opening, saving and closing graphs. Nothing that is not saved goes without a question."""

from __future__ import annotations

from studio.gui.files.importing import Importing
from studio.gui.workbench import Workbench


class Files(Importing):
    """The service `files`, from opening over saving to closing."""


def install(workbench: Workbench) -> Files:
    """Offer the service to the other parts."""
    files = Files(workbench)
    workbench.parts["files"] = files
    return files
