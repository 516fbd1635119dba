"""The time zones that people choose from: no aliases, grouped by continent."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

from wagtail.admin.localization import get_available_admin_time_zones

#: The list of the tz database with one name per region and no alias.
TABLE = "zone.tab"


def list_time_zones(current: str = "") -> list[tuple[str, Any]]:
    """Return the choices: the current one first, even if it is an alias, then all by continent."""
    known = set(get_available_admin_time_zones() or zoneinfo.available_timezones())
    canonical = read_canonical_names()
    # "localtime", "GMT0", "Cuba" and the like are aliases, or no place at all.
    named = {name for name in known if "/" in name and not name.startswith("Etc/")}
    first = {current} & known
    names = sorted(((named & canonical) or named) - first)
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    return [
        *map(_make_choice, first),
        *((continent, [*map(_make_choice, names)]) for continent, names in groups),
    ]


def _make_choice(name: str) -> tuple[str, str]:
    return name, name.replace("_", " ")


@lru_cache(maxsize=1)
def read_canonical_names() -> frozenset[str]:
    """Return the names in the system's table, else in that of the package ``tzdata``, else none."""
    rows = (line.split("\t") for line in _read_table().splitlines() if not line.startswith("#"))
    return frozenset(row[2] for row in rows if len(row) > 2)


def _read_table() -> str:
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder) / TABLE).is_file():
            return file.read_text()
    try:
        return (resources.files("tzdata") / "zoneinfo" / TABLE).read_text()
    except (ModuleNotFoundError, FileNotFoundError):
        return ""
