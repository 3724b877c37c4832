"""Recorded cases: runs and single firings kept as tests, and played again offline against today's graph."""
