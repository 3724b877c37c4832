"""Benchmarks, run by hand or by CI: `python -m tests.bench.NAME [--out DIR_OR_FILE]`. They print; tests assert."""
