"""A graph as a Python script in the words of `studio.Graph`, which runs by itself and opens in the studio again."""

from studio.export.script.writing import write_script

__all__ = ["write_script"]
