"""Requests of an attacker: which parameters a view reads, and what is sent in each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.utils.datastructures import MultiValueDict

Data = dict[str, Any]

#: No page may repeat it as markup.
SCRIPT = '"><script>alert(1)</script>'
#: What is sent in every parameter; a list is sent as several values of one name.
HOSTILE: dict[str, str | list[str]] = {
    "NUL": "a\x00b",
    "only NUL": "\x00",
    "half a surrogate pair": "\ud800",
    "more digits than a key has": str(10**30),
    "the largest key": str(2**63 - 1),
    "more digits than Python reads": "9" * 5000,
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
    "markup": SCRIPT,
    "a header": "a\r\nBcc: x@evil.example",
    "another direction of writing": "\u202efdp.exe",
    "operators of a search": '"(a OR b* NEAR -c:',
    "a URL of another host": "//evil.example/",
    "a date that does not exist": "2026-02-31",
    "a date after all others": "99999-12-31",
    "several values": ["1", "2", "x"],
    "nothing": "",
}
#: What databases and conversions fail at. All others are sent once, in the tests on PostgreSQL.
TRIED = (
    "NUL", "half a surrogate pair", "more digits than a key has", "more digits than Python reads",
    "several values", "a date that does not exist", "markup", "nothing",
)  # fmt: skip
#: Fields that a form handles by other means: tokens and files.
NOT_TEXT = {"csrfmiddlewaretoken", "files"}


def encode(data: Data) -> str:
    """Return a query string or the body of a form, halves of surrogate pairs included."""
    return urlencode(data, doseq=True, errors="surrogatepass")


def get(client: Any, path: str, data: Data) -> Any:
    """Request an address with these parameters."""
    return client.get(f"{path}?{encode(data)}" if data else path)


def post(client: Any, path: str, data: Data) -> Any:
    """Send a form as browsers do without files."""
    return client.post(path, encode(data), content_type="application/x-www-form-urlencoded")


@contextmanager
def recording() -> Iterator[set[str]]:
    """Record the names of all parameters that any code reads meanwhile."""
    names: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("__getitem__", "get", "getlist", "__contains__"):
            patch.setattr(MultiValueDict, method, _remembering(method, names))
        yield names


def _remembering(method: str, names: set[str]) -> Any:
    original = getattr(MultiValueDict, method)

    def read(self: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(key, str):
            names.add(key)
        return original(self, key, *args, **kwargs)

    return read


def find_parameters(client: Any, path: str, known: Data | None = None) -> set[str]:
    """Return the parameters of an address: those that are read, and the fields of its page."""
    with recording() as names:
        answer = get(client, path, known or {})
    return (names | _list_fields(answer)) - NOT_TEXT


def find_fields(client: Any, path: str, known: Data | None = None) -> set[str]:
    """Return the fields of a form: those of its page, and those that are read when it is sent."""
    names = _list_fields(get(client, path, known or {}))
    url = f"{path}?{encode(known)}" if known else path
    for sent in ({}, dict.fromkeys(names, "x")):
        with recording() as read:
            post(client, url, sent)
        names |= read
    return names - NOT_TEXT


def _list_fields(answer: Any) -> set[str]:
    if answer.status_code != 200 or answer.streaming:
        return set()
    page = BeautifulSoup(answer.content, "html.parser")
    return {str(field["name"]) for field in page.select("form [name]")}


def each_attack(names: Collection[str]) -> Iterator[tuple[str, Data]]:
    """Yield each hostile value in all parameters at once, with its description."""
    for label in HOSTILE if connection.vendor == "postgresql" else TRIED:
        yield label, dict.fromkeys(names, HOSTILE[label])
        if not names:
            return


def read_text(answer: Any) -> str:
    """Return what an answer says, files included."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))
