"""Rivet's projects (`.rivet-project`, YAML of versions 3 and 4) as graphs.

What a node of Rivet means is taken from its documentation and its sources (github.com/Ironclad/rivet); the file format
from `serialization_v4`: nodes by `[id]:type "Title"`, wires as `port->"Title" id/port`, places as `x/y/width/z`.
"""

from studio.importers.rivet.drawing import import_project
from studio.importers.rivet.project import is_project

__all__ = ["import_project", "is_project"]
