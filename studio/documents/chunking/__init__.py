"""Chunkers: a text to pieces that say where they stand in it, so that answers can cite them."""
