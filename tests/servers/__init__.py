"""Real servers for tests: each on loopback, on a free port, with a private folder.

A server starts when the first test asks for its fixture (tests/servers/fixtures.py) and stops with
the run. A missing program is an error that names the Debian package, never a skipped test.
"""
