"""The tests: they mirror the package, one file for each verb or page."""
