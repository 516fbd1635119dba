"""Prints the figures of several sizes as Markdown tables."""

from __future__ import annotations

from typing import Any

_HEAD = (
    "page",
    "statements (all; most)",
    "SQL ms",
    "kB (most)",
    "p50 ms",
    "p95",
    "per s",
    "8 at once: p50",
    "per s",
    "bare page: p50 ms",
    "processor ms",
    "bare page: processor ms",
    "× bare page (most)",
)


def show_pages(kind: str, figures: dict[int, dict[str, Any]]) -> None:
    """Print a table for each size, and the growth from the smallest to each."""
    for tickets, found in figures.items():
        print(f"\n### {kind}, {tickets:,} tickets\n")
        _table(_HEAD, [_row(name, f) for name, f in found.items() if "alone" in f])
        reports, (before, after) = found["reports"], found["memory"]
        print(
            f"\nMemory of the workers: {before} MiB after the pages, {after} at the end."
            f" The reports of {reports['managers']} managers: {reports['seconds']:.2f} s,"
            f" {reports['statements']} statements, {reports['megabytes']:.0f} MiB more."
        )
    sizes = list(figures)
    if len(sizes) > 1:
        print(f"\n### {kind}, growth\n")
        head = [f"{tickets:,}: p50 ms" for tickets in sizes]
        _table(("page", *head, "×", "statements"), _growth(figures))


def show_peer(tickets: int, works: list[dict[str, Any]]) -> None:
    """Print the comparison with django-helpdesk."""
    print(f"\n### django-helpdesk, the same {tickets:,} tickets\n")
    _table(
        (
            *("work", "ours: p50 ms", "processor ms", "kB"),
            *("django-helpdesk: p50 ms", "processor ms", "kB"),
            *("times faster", "by processor time", "at least"),
        ),
        [
            [
                work["name"],
                f"{work['ours'].p50:.1f}",
                f"{work['ours'].processor:.1f}",
                f"{work['ours'].octets / 1000:.0f}",
                f"{work['peer'].p50:.1f}",
                f"{work['peer'].processor:.1f}",
                f"{work['peer'].octets / 1000:.0f}",
                f"{work['peer'].p50 / work['ours'].p50:.1f}",
                f"{work['peer'].processor / work['ours'].processor:.1f}",
                str(work["least"]),
            ]
            for work in works
        ],
    )


def _row(name: str, f: dict[str, Any]) -> list[str]:
    limits, made = f["limits"], f["statements"]
    alone, eight, bare = f["alone"], f["at once"], f["bare page"]
    return [
        name,
        f"{made['own']} ({made['all']}; {limits.statements})",
        f"{made['ms']:.1f}",
        f"{alone.octets / 1000:.1f} ({limits.octets // 1000})" if limits.octets else "–",
        f"{alone.p50:.1f}",
        f"{alone.p95:.1f}",
        f"{alone.rate:.0f}",
        f"{eight.p50:.0f}" if eight else "–",
        f"{eight.rate:.0f}" if eight else "–",
        f"{bare.p50:.1f}",
        f"{alone.processor:.1f}",
        f"{bare.processor:.1f}",
        _ratio(alone.processor / bare.processor, limits.bare_pages),
    ]


def _ratio(ratio: float, most: float | None) -> str:
    return f"{ratio:.2f} ({most})" if most else f"{ratio:.2f}"


def _growth(figures: dict[int, dict[str, Any]]) -> list[list[str]]:
    first, last = next(iter(figures.values())), list(figures.values())[-1]
    return [
        [
            name,
            *(f"{found[name]['alone'].p50:.1f}" for found in figures.values()),
            f"{last[name]['alone'].p50 / first[name]['alone'].p50:.2f}",
            f"{first[name]['statements']['own']} → {last[name]['statements']['own']}",
        ]
        for name, f in first.items()
        if "alone" in f
    ]


def _table(head: tuple[str, ...], rows: list[list[str]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
