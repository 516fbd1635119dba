"""Measures the helpdesk at the size of a large organisation. `python -m bench --help` says how."""
