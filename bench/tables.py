"""The figures of several sizes side by side, as Markdown."""

from __future__ import annotations

import json
from typing import Any

_HEAD = (
    "page",
    "statements (all; most)",
    "SQL ms",
    "kB (most)",
    "p50 ms",
    "p95",
    "8 at once: p50",
    "per s",
    "floor p50",
    "× floor",
)


def show(kind: str, sizes: list[int], results: list[str]) -> None:
    """Print a table for each size, and the growth between the first and the last."""
    found = [json.loads(result) for result in results]
    for tickets, figures in zip(sizes, found, strict=True):
        print(f"\n### {kind}, {tickets:,} tickets\n")
        _table(_HEAD, [_row(name, f) for name, f in figures.items() if "alone" in f])
        reports = figures["reports"]
        print(
            f"\nMemory of the workers: {figures['memory']} MiB. All reports of all services:"
            f" {reports['seconds']:.2f} s, {reports['statements']} statements."
        )
    if len(sizes) > 1:
        print(f"\n### {kind}, growth from {sizes[0]:,} to {sizes[-1]:,} tickets\n")
        _table(("page", "p50 ×", "statements"), _growth(found[0], found[-1]))


def _row(name: str, f: dict[str, Any]) -> list[str]:
    statements, octets = f["most"]
    alone, at_once, floor = f["alone"], f["at once"], f["floor"]
    return [
        name,
        f"{f['own']} ({f['all']}; {statements})",
        f"{f['ms']:.1f}",
        f"{f['bytes'] / 1000:.1f} ({octets // 1000})" if octets else "–",
        f"{alone['p50']:.1f}",
        f"{alone['p95']:.1f}",
        f"{at_once['p50']:.0f}" if at_once else "–",
        f"{at_once['rate']:.0f}" if at_once else "–",
        f"{floor['p50']:.1f}" if floor else "–",
        f"{alone['p50'] / floor['p50']:.1f}" if floor else "–",
    ]


def _growth(first: dict[str, Any], last: dict[str, Any]) -> list[list[str]]:
    return [
        [
            name,
            f"{last[name]['alone']['p50'] / f['alone']['p50']:.2f}",
            f"{f['own']} → {last[name]['own']}",
        ]
        for name, f in first.items()
        if "alone" in f
    ]


def _table(head: tuple[str, ...], rows: list[list[str]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
