"""Measure every page, at several sizes, and print tables.

    python -m bench                     2,000 and 20,000 tickets, SQLite and PostgreSQL: minutes
    python -m bench --size full         10,000, 200,000 and 1,000,000 on PostgreSQL: hours

Figures are of one machine and one run: compare those of one table with each other.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

SIZES = {"small": (2_000, 20_000), "full": (10_000, 200_000, 1_000_000)}
KINDS = {"small": ("sqlite", "postgresql"), "full": ("postgresql",)}


def main() -> None:
    """Run one size in this process, or all of them in processes of their own."""
    words = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n")[0])
    words.add_argument("--size", choices=SIZES, default="small")
    words.add_argument("--kind", choices=("sqlite", "postgresql"), help="one kind of database only")
    words.add_argument("--tickets", type=int, help="one number of tickets only")
    words.add_argument("--rounds", type=int, default=60, help="requests for each figure")
    words.add_argument("--results", help=argparse.SUPPRESS)
    chosen = words.parse_args()
    if chosen.results:
        _one(chosen.kind, chosen.tickets, chosen.rounds, Path(chosen.results))
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}, {chosen.rounds} requests for each figure")
    for kind in [chosen.kind] if chosen.kind else KINDS[chosen.size]:
        _all(kind, [chosen.tickets] if chosen.tickets else list(SIZES[chosen.size]), chosen.rounds)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return f"{os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"


def _one(kind: str, tickets: int, rounds: int, results: Path) -> None:
    """Measure one size. Django is set up for one database, so each size has its process."""
    from bench import servers

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with servers.database(kind, folder) as database:
            servers.use(database)
            import django

            django.setup()
            from bench.running import measure

            results.write_text(measure(tickets, rounds, folder))


def _all(kind: str, sizes: list[int], rounds: int) -> None:
    from bench.tables import show

    found = []
    for tickets in sizes:
        with tempfile.NamedTemporaryFile() as results:
            words = ["--kind", kind, "--tickets", str(tickets), "--rounds", str(rounds)]
            command = [sys.executable, "-m", "bench", *words, "--results", results.name]
            subprocess.run(command, cwd=PROJECT, check=True)
            found.append(Path(results.name).read_text())
    show(kind, sizes, found)


if __name__ == "__main__":
    main()
