"""Cuts what a reply quotes, and its signature: line by line, in time proportional to the text.

Why not a library: docs/decisions/replies-by-mail.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Lines over which mail programs wrap “On …, … wrote:”.
MAX_WROTE_LINES = 4
#: In characters, of such a sentence.
MAX_WROTE_LENGTH = 400
#: Lines in which the other headers of a quoted mail follow its first.
MAX_HEADER_LINES = 8
#: In lines, of a signature after its mark.
MAX_SIGNATURE = 20

_QUOTED = re.compile(r"\s{0,3}>")
# Gmail, Thunderbird, Apple Mail, Roundcube, K-9, in French and English.
_WROTE_START = re.compile(r"\s{0,3}>?\s?(?:Le|On)\s", re.IGNORECASE)
_WROTE_END = re.compile(r"\b(?:a\s+écrit|wrote)\s?:\s*$", re.IGNORECASE)
_WROTE_PROOF = re.compile(r"\d{1,2}\D|@")
_SEPARATOR = re.compile(
    r"\s*-{2,}\s*(?:message\s+d.origine|message\s+original|mail\s+original|message\s+initial"
    r"|original\s+message|original\s+appointment|message\s+transféré|forwarded\s+message)\s*-{2,}\s*",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:_{10,}|-{5,})\s*")
# Outlook and Zimbra; a star where bold type became text.
_FROM = re.compile(r"\s*\*?(?:De|From)\s?:\*?\s", re.IGNORECASE)
_DATE = re.compile(r"\s*\*?(?:Envoyé(?:\s+le)?|Sent|Date)\s?:\*?\s", re.IGNORECASE)
_SUBJECT = re.compile(r"\s*\*?(?:Objet|Sujet|Subject)\s?:\*?(?:\s|$)", re.IGNORECASE)
_MOBILE = re.compile(
    r"\s*(?:(?:envoyé|sent)\s+(?:de(?:puis)?|from|à partir d|via)\b|(?:get|obtenir|obtenez|télécharger|téléchargez)\s+outlook\b"
    r"|provenance\s?:|sent with\b)",
    re.IGNORECASE,
)
#: In characters: “Sent from my iPhone” is short, a sentence that begins like it is not.
_MAX_MOBILE = 120


def split_reply(text: str) -> tuple[str, str]:
    """Return what was written, and what was cut: quoted mails and the signature.

    An answer between the lines of a quotation keeps the quotation, which it needs.
    """
    lines = text.split("\n")
    kept, cut = _split_quotation(lines)
    kept, signature = _split_signature(kept)
    return _join(kept), _join([*signature, *([""] if signature and cut else []), *cut])


def _split_quotation(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    for at, line in enumerate(lines):
        if end := _find_wrote(lines, at):
            return _split_after_wrote(lines, at, end)
        if _SEPARATOR.fullmatch(line) or _begins_headers(lines, at):
            start = at - 1 if at and _RULE.fullmatch(lines[at - 1]) else at
            return list(lines[:start]), list(lines[start:])
    return _split_last_quotation(lines)


def _find_wrote(lines: Sequence[str], at: int) -> int:
    """Return the line after “On …, … wrote:” if it begins here, else 0."""
    if not _WROTE_START.match(lines[at]):
        return 0
    sentence = ""
    for place in range(at, min(at + MAX_WROTE_LINES, len(lines))):
        line = _QUOTED.sub("", lines[place], count=1).strip()
        sentence = f"{sentence} {line}"
        is_later_start = place > at and _WROTE_START.match(lines[place])
        if not line or is_later_start or len(sentence) > MAX_WROTE_LENGTH:
            return 0
        if _WROTE_END.search(line) or _WROTE_END.search(sentence[-60:]):
            return place + 1 if _WROTE_PROOF.search(sentence) else 0
    return 0


def _begins_headers(lines: Sequence[str], at: int) -> bool:
    """Return whether the headers of a quoted mail begin here: from, date and subject."""
    if not _FROM.match(lines[at]):
        return False
    block = lines[at + 1 : at + 1 + MAX_HEADER_LINES]
    return any(map(_DATE.match, block)) and any(map(_SUBJECT.match, block))


def _split_after_wrote(lines: Sequence[str], at: int, end: int) -> tuple[list[str], list[str]]:
    before, after = list(lines[:at]), list(lines[end:])
    blocks = _list_blocks(after)
    own = [block for is_quoted, block in blocks if not is_quoted and _has_words(block)]
    if not blocks or not blocks[0][0] or not own:
        # Not marked, or nothing but the quotation.
        return before, list(lines[at:])
    if not _has_words(before) and len(own) == 1 and not blocks[-1][0]:
        # Everything was written below the quotation.
        return own[0], [*lines[at:end], *blocks[0][1]]
    if len(own) == 1 and not blocks[-1][0] and not _join(_split_signature(own[0])[0]):
        return before, list(lines[at:])
    return [*before, *after], list(lines[at:end])


def _list_blocks(lines: Sequence[str]) -> list[tuple[bool, list[str]]]:
    """Return lines as blocks that are quoted or not; blank lines belong to the block before."""
    blocks: list[tuple[bool, list[str]]] = []
    for line in lines:
        is_quoted = bool(_QUOTED.match(line))
        if not line.strip() and (not blocks or blocks[-1][0]):
            if blocks:
                blocks[-1][1].append(line)
        elif blocks and (blocks[-1][0] == is_quoted or not line.strip()):
            blocks[-1][1].append(line)
        else:
            blocks.append((is_quoted, [line]))
    return blocks


def _split_last_quotation(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Cut a quotation without a heading at the end."""
    start = len(lines)
    while start and (not lines[start - 1].strip() or _QUOTED.match(lines[start - 1])):
        start -= 1
    if not any(map(_QUOTED.match, lines[start:])):
        return list(lines), []
    return list(lines[:start]), list(lines[start:])


def _split_signature(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    end = len(lines)
    for at in range(end - 1, max(end - MAX_SIGNATURE, 0) - 1, -1):
        if lines[at].rstrip() == "--":
            return _split_mobile(lines[:at], lines[at:])
    return _split_mobile(lines, [])


def _split_mobile(lines: Sequence[str], signature: Sequence[str]) -> tuple[list[str], list[str]]:
    """Cut “Sent from my phone”, of one or two lines at the end."""
    end = len(lines)
    for _line in range(2):
        last = end
        while last and not lines[last - 1].strip():
            last -= 1
        line = lines[last - 1] if last else ""
        if len(line) > _MAX_MOBILE or not _MOBILE.match(line):
            break
        end = last - 1
    return list(lines[:end]), [*lines[end:], *signature]


def _has_words(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _join(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n")
