"""The sites the tests run in: one settings module for each kind."""
