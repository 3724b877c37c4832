"""A graph as a Python script that needs litellm and nothing else of ours."""
