"""The initials that stand for a person beside their messages."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

#: Classes of the style sheet; the first of them is the plain tone.
_TONES = ("", "hd-free", "hd-wait", "hd-good", "hd-pink", "hd-you")


@dataclass(frozen=True, slots=True)
class Avatar:
    """The initials of a person, and the class of their tone: the same on every page."""

    initials: str
    tone: str


def make_avatar(pk: Any, name: str) -> Avatar:
    """Return the avatar of the person with this id and display name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))
    return Avatar(initials.upper() or "?", _TONES[zlib.crc32(str(pk).encode()) % len(_TONES)])
