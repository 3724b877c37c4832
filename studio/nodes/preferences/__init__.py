"""Preferences among candidates: kept, decided by, chosen by number, and learned."""
