"""The table of the runs, printed below the tests whether they passed or not."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one column for each run: what was done to it, and what came of it."""
    reports: list[Any] = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
    ]
    rows = [
        value for report in reports for name, value in report.user_properties if name == "chaos"
    ]
    if not rows:
        return
    terminalreporter.section("chaos")
    for name in rows[0]:
        figures = "".join(f"{row[name]:>8}" for row in rows)
        terminalreporter.write_line(f"{name:<20}{figures}")
