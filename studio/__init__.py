"""Ganglia Studio."""
