"""A graph as a Python script that builds it with the words of `studio.Graph`, and runs it."""
