"""What a script takes along of ours: definitions gathered with all that they use, node types as plain functions."""

from studio.export.standalone.gathering.closure import Pruning
from studio.export.standalone.gathering.gather import Definition, Gathered, gather
from studio.export.standalone.gathering.problems import standalone_problem
from studio.export.standalone.gathering.refusing import NeedsPlainFunction, NotStandalone
from studio.export.standalone.gathering.sources import Imported
from studio.export.standalone.gathering.specialising import NodeFunction, specialise

__all__ = [
    "Definition",
    "Gathered",
    "Imported",
    "NeedsPlainFunction",
    "NodeFunction",
    "NotStandalone",
    "Pruning",
    "gather",
    "specialise",
    "standalone_problem",
]
