"""Small things every other part stands on; this package imports nothing of ours."""
