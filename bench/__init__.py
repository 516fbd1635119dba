"""Benchmarks at the size of a large organisation; see `python -m bench --help`."""
