"""A script → the graph it makes, by reading it: nothing of it is executed, and nothing it imports is loaded."""

from studio.importers.script.reading import Opened, read_script, read_script_text

__all__ = ["Opened", "read_script", "read_script_text"]
