"""Graphs from elsewhere: Python scripts that we wrote, and the projects of other builders."""
