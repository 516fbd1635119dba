"""Parses lists of people, typed or pasted from a mail program."""

from __future__ import annotations

import re

from wagtail_helpdesk.names import fold_name, split_name_words

#: A quoted name, an address in angle brackets, a comment, a separator, or other text.
_PART = re.compile(
    r'"[^"\r\n]*"|<[^<>\r\n]*>|\([^()\r\n]*\)|[,;\r\n\v\f\x85\u2028\u2029]'
    r'|[^"<>(),;\r\n\v\f\x85\u2028\u2029]+|.',
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202c"))
_SEPARATORS = set(",;\r\n\v\f\x85\u2028\u2029")


def split_names(text: str) -> list[str]:
    """Return the identifiers and addresses in a text, each once, in order.

    They are separated by commas, semicolons or new lines; addresses by spaces as well, or by nothing
    after an angle bracket. ``Léa Fournier <lea@example.org>`` is the address; so is
    ``Fournier, Léa <lea.fournier@example.org>``, as Outlook writes it.
    """
    return _Reader().read(text.translate(_INVISIBLE))


class _Reader:
    """A parser that reads the text once."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._pending: list[str] = []
        self._separator = ""

    def read(self, text: str) -> list[str]:
        for part in _PART.findall(text):
            if part in _SEPARATORS:
                self._end(part)
            elif part[0] == "<" and len(part) > 1:
                self._take_address(part[1:-1])
            elif part[0] == "(" and len(part) > 1 and "@" in "".join(self._pending):
                continue  # The comment of RFC 5322, beside an address.
            else:
                self._pending.append(part.strip('"') if len(part) > 1 else part)
        self._end("")
        return list(dict.fromkeys(self._found))

    def _end(self, separator: str) -> None:
        plain = " ".join("".join(self._pending).split())
        self._pending = []
        if plain:
            # Only e-mail addresses are separated by spaces: an identifier may contain one, a name does.
            self._found += map(_strip_address, plain.split()) if "@" in plain else [plain]
            self._separator = separator
        elif separator:
            self._separator = separator

    def _take_address(self, bracketed: str) -> None:
        address = _strip_address(bracketed)
        name = "".join(self._pending)
        others = [
            word for word in map(_strip_address, name.split()) if "@" in word and word != address
        ]
        self._pending = []
        if self._separator == "," and self._found and _is_family(self._found[-1], name, address):
            self._found.pop()
        # A name that is an e-mail address is a person as well and must not be dropped.
        self._found += [*others, address] if address else others
        self._separator = ""


def _strip_address(address: str) -> str:
    """Return an e-mail address without ``mailto:`` and quotes."""
    return address.strip().removeprefix("mailto:").strip("'\"").strip()


def _is_family(before: str, name: str, address: str) -> bool:
    """Return whether the text before a comma is the family name of the person after it.

    That is so if the e-mail address contains both; otherwise it is another person's identifier.
    """
    family, given = split_name_words(before), split_name_words(name)
    local = fold_name(address.rpartition("@")[0])
    if not family or not given or "@" in before or set(family) & set(given):
        return False
    return all(word in local for word in family)
