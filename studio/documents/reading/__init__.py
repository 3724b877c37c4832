"""Readers: bytes of a file to its text, its parts and what it says of itself."""
