"""Measure every page at several sizes, and print tables.

Beside each page, the bare page of the host site is requested in turn: wsgi.py measures the processor
time of both.

    python -m bench                     2,000 and 20,000 tickets, SQLite and PostgreSQL: minutes
    python -m bench --size full         10,000, 200,000 and 1,000,000 on PostgreSQL: an hour or two

Loaded data stays in .state/bench for the next run. Compare figures of one run only.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from bench import peer, running, servers, tables  # noqa: E402

SIZES = {"small": (2_000, 20_000), "full": (10_000, 200_000, 1_000_000)}
KINDS = {"small": ("sqlite", "postgresql"), "full": ("postgresql",)}
#: The largest size at which django-helpdesk is measured.
MOST_FOR_THE_PEER = 200_000


def main() -> None:
    """Run the benchmarks of the command line."""
    words = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n")[0])
    words.add_argument("--size", choices=SIZES, default="small")
    words.add_argument("--kind", choices=("sqlite", "postgresql"), help="one kind of database only")
    words.add_argument("--tickets", type=int, nargs="+", help="these numbers of tickets instead")
    words.add_argument("--rounds", type=int, default=60, help="requests for each figure")
    words.add_argument("--no-peer", action="store_true", help="leave the other helpdesk out")
    chosen = words.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}, {chosen.rounds} requests for each figure")
    for kind in [chosen.kind] if chosen.kind else KINDS[chosen.size]:
        with_peer = kind == "postgresql" and not chosen.no_peer
        _measure(kind, chosen.tickets or SIZES[chosen.size], chosen.rounds, with_peer)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return f"{os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"


def _measure(kind: str, sizes: Sequence[int], rounds: int, with_peer: bool) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(servers.database_server(kind))
        sites = {
            tickets: stack.enter_context(running.served(server.database(tickets), tickets))
            for tickets in sizes
        }
        figures = running.measure(sites, rounds)
        tables.show_pages(kind, figures)
        if with_peer:
            ours = sites[max((n for n in sizes if n <= MOST_FOR_THE_PEER), default=sizes[0])]
            tables.show_peer(ours.tickets, peer.measure(ours, max(5, rounds // 10)))


if __name__ == "__main__":
    main()
