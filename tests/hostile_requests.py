"""Requests of an attacker: which parameters a view reads, and what is sent in each of them.

`make attack` sends every value in every parameter, alone as well. The tests of every day send a part
of the product: each parameter of each place gets each value of `ALWAYS` and some of the others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import QueryDict

Data = dict[str, Any]

#: Whether every value is sent in every parameter.
EVERYTHING = os.environ.get("HELPDESK_ATTACK") == "all"
#: No page may repeat it as markup.
SCRIPT = '"><script>alert(1)</script>'
#: What is sent in every parameter; a list is sent as several values of one name.
HOSTILE: dict[str, str | list[str]] = {
    "NUL": "a\x00b",
    "half a surrogate pair": "\ud800",
    "more digits than a key has": str(10**30),
    "more digits than Python reads": "9" * 5000,
    "several values": ["1", "2", "x"],
    "markup": SCRIPT,
    "only NUL": "\x00",
    "the largest key": str(2**63 - 1),
    "negative": "-1",
    "a fraction": "1.5",
    "an exponent": "1e999",
    "a digit that is no number": "²",
    "digits of another script": "٣٤",
    "true": "true",
    "a path": "../../../../etc/passwd",
    "SQL": "'; DROP TABLE wagtail_helpdesk_ticket; --",
    "wildcards": "%_\\*",
    "a lookup into another table": "requester__password__startswith",
    "a template": "{{ settings.SECRET_KEY }}{% debug %}%(x)s{0.__class__}",
    "a header": "a\r\nBcc: x@evil.example",
    "another direction of writing": "\u202efdp.exe",
    "operators of a search": '"(a OR b* NEAR -c:',
    "a URL of another host": "//evil.example/",
    "a date that does not exist": "2026-02-31",
    "a date after all others": "99999-12-31",
    "the last moment": "9999-12-31T23:59-23:59",
    "the first moment": "0001-01-01T00:00+23:59",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "nothing": "",
}
#: What databases, conversions and pages fail at most often: sent in every parameter of every place.
ALWAYS = tuple(HOSTILE)[:6]
#: Of the others, so many are sent in a parameter of a place; the next place gets the next ones.
OF_THE_OTHERS = 2
#: Fields that a form handles by other means: tokens and files.
NOT_TEXT = {"csrfmiddlewaretoken", "files"}


def encode(data: Data) -> str:
    """Return a query string or the body of a form, halves of surrogate pairs included."""
    return urlencode(data, doseq=True, errors="surrogatepass")


def get(client: Any, path: str, data: Data) -> Any:
    """Request a URL with these parameters."""
    return client.get(f"{path}?{encode(data)}" if data else path)


def post(client: Any, path: str, data: Data) -> Any:
    """Send a form as browsers do without files."""
    return client.post(path, encode(data), content_type="application/x-www-form-urlencoded")


@contextmanager
def recording() -> Iterator[set[str]]:
    """Record the names of all parameters and fields that any code reads meanwhile."""
    names: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("__getitem__", "get", "getlist", "__contains__"):
            patch.setattr(QueryDict, method, _remembering(method, names))
        yield names


def _remembering(method: str, names: set[str]) -> Any:
    original = getattr(QueryDict, method)

    def read(self: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(key, str):
            names.add(key)
        return original(self, key, *args, **kwargs)

    return read


def find_parameters(client: Any, path: str, known: Data | None = None) -> set[str]:
    """Return the parameters that a URL reads, those that it reads only when given included."""
    known = known or {}
    with recording() as names:
        answer = get(client, path, known)
        shown = {str(field["name"]) for field in _find_fields(answer, "form [name]")}
        if shown:
            get(client, path, dict.fromkeys(shown, "x") | known)
    return names - NOT_TEXT


@dataclass
class Form:
    """The fields of a form by name, with their values."""

    #: What people fill in.
    typed: Data = field(default_factory=dict)
    #: Hidden fields.
    given: Data = field(default_factory=dict)
    #: What the view reads besides: mostly buttons, which lead to another branch of the view.
    others: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        """The names of everything that can be sent."""
        return {*self.typed, *self.given} | self.others


def find_form(client: Any, path: str, known: Data | None = None) -> Form:
    """Return the fields of the forms of a page that are sent, and what is read when one is sent."""
    form = Form()
    for element in _find_fields(get(client, path, known or {}), "form[method=post i] [name]"):
        name, kind = str(element["name"]), element.get("type")
        if name in NOT_TEXT or kind in ("file", "submit") or element.name == "button":
            continue
        values = form.given if kind == "hidden" else form.typed
        values.setdefault(name, "")
        if (value := _read_value(element)) is not None:
            values[name] = value
    url = f"{path}?{encode(known)}" if known else path
    for sent in ({}, form.given | dict.fromkeys(form.typed, "x")):
        with recording() as read:
            post(client, url, sent)
        form.others |= read
    form.others -= {*form.typed, *form.given, *NOT_TEXT}
    if not EVERYTHING:
        form.others = _keep_first_of_numbered(form.others)
    return form


def _keep_first_of_numbered(names: set[str]) -> set[str]:
    """Return one of the names that differ by a number only: one loop of the view reads them all."""
    return set({re.sub(r"\d+", "0", name): name for name in sorted(names, reverse=True)}.values())


def _find_fields(answer: Any, selector: str) -> list[Tag]:
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    return list(BeautifulSoup(answer.content, "html.parser").select(selector))


def _read_value(field: Tag) -> Any:
    """Return what a browser sends of a field that nobody touched, None when it sends nothing."""
    if field.name == "textarea":
        return field.text.strip() or "x"
    if field.name == "select":
        chosen = field.select("option[selected]") or field.select("option")[:1]
        return [str(option.get("value", option.text)) for option in chosen]
    if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
        return None
    return field.get("value", "")


def choose_values(turn: int, *, few: bool = False) -> list[str]:
    """Return which values are sent to a place; ``turn`` is its number."""
    if EVERYTHING:
        return list(HOSTILE)
    others = [label for label in HOSTILE if label not in ALWAYS]
    next_ones = [others[(turn + step) % len(others)] for step in range(OF_THE_OTHERS)]
    return ["markup", next_ones[0]] if few else [*ALWAYS, *next_ones]


def attack_address(
    names: Collection[str], turn: int, *, few: bool = False
) -> Iterator[tuple[str, Data]]:
    """Yield parameters to send, with their description.

    All of them at once are hostile, each in its own way, until each has had every value. ``few``: for
    another URL of a view whose parameters got them all.
    """
    labels = choose_values(turn, few=few)
    yield from _mix(names, labels)
    if EVERYTHING:
        for name in sorted(names):
            yield from _mix([name], labels)


def attack_form(form: Form, turn: int, tried: Collection[str] = ()) -> Iterator[tuple[str, Data]]:
    """Yield forms to send, with their description.

    What people fill in is hostile at once, in a form that is otherwise as its page gave it. Every hidden
    field and button is hostile alone, because nothing else is read when it is wrong: each with every
    second value, its neighbour with the others. Names that the view
    got at another place already, ``tried``, get some of the values together, and one of them one alone.
    """
    usual = form.given | form.typed
    typed = form.typed or dict.fromkeys(form.others)
    few = not EVERYTHING and typed.keys() <= set(tried)
    for label, hostile in _mix(typed, choose_values(turn, few=few)):
        yield label, usual | hostile
    buttons = sorted(form.others) if form.typed else []
    for name in [buttons[turn % len(buttons)]] if few and buttons else buttons:
        # As a button that shows the same fields again.
        for label, hostile in _mix(form.typed, choose_values(turn, few=True)):
            yield f"{name}, {label}", usual | hostile | {name: "1"}
    alone = form.names if EVERYTHING else form.names - typed.keys() - set(tried)
    labels = choose_values(turn)
    for place, name in enumerate(sorted(alone)):
        for label, hostile in _mix([name], labels if EVERYTHING else labels[place % 2 :: 2]):
            yield label, usual | hostile
    if again := sorted(form.names - alone):
        [value, *_] = choose_values(turn, few=True)[::-1]
        for names in (again, [again[turn % len(again)]]):
            yield f"{names}: {value}", usual | dict.fromkeys(names, HOSTILE[value])


def _mix(names: Collection[str], labels: list[str]) -> Iterator[tuple[str, Data]]:
    """Yield as many requests as there are values, in which each parameter gets each of them once."""
    for start in range(len(labels) if names else 0):
        chosen = {
            name: labels[(start + place) % len(labels)] for place, name in enumerate(sorted(names))
        }
        yield str(chosen), {name: HOSTILE[label] for name, label in chosen.items()}


def read_text(answer: Any) -> str:
    """Return what an answer says, files included."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))
