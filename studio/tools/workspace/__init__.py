"""The one way in which node types read and change files: by name, in one folder, never outside of it.

    workspace = Workspace(project, "sources")
    text = workspace.read("src/calc.py").text()
    workspace.write("src/calc.py", text.replace("-", "+").encode())

`safe_path` says whether a name stays inside, `Workspace` opens what it means in a way that no link put there in the
meantime can lead elsewhere.  An architecture test forbids every other way of opening files in node types.
"""

from studio.tools.workspace.folders import Content
from studio.tools.workspace.listing import Found, Wanted
from studio.tools.workspace.names import safe_path
from studio.tools.workspace.workspace import Workspace, Written

__all__ = ["Content", "Found", "Wanted", "Workspace", "Written", "safe_path"]
