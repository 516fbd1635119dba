"""Characters as people type them: line ends, what is visible, what fits on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sized

from django.core.validators import MaxLengthValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

# Word processors paste vertical tabs and U+2028 where a line ends inside a paragraph.
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# No database keeps halves of a surrogate pair, PostgreSQL no NUL; HTML allows none of the others.
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Invisible, and out of place on one line: hyphenation and line breaks inside a word, a change of
# direction. Joiners and variation selectors stay: Persian words and emoji are made with them.
_NOT_IN_LINE = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
# Letters and symbols that show nothing (Unicode: Default_Ignorable_Code_Point, and the empty
# pattern of Braille).
_BLANK = re.compile(r"[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]")
#: General categories of what shows by itself. Not yet assigned (Cn): emoji newer than Python.
_VISIBLE = frozenset("LNPS")


def join_line_ends(text: str) -> str:
    """Return a text with one line feed wherever a line ends."""
    return _LINE_ENDS.sub("\n", text)


def clean_text(text: str) -> str:
    """Return a text of several lines as it is stored: one kind of line end, no control characters."""
    return _NOT_IN_TEXT.sub("", join_line_ends(text))


def clean_line(text: str) -> str:
    """Return a text on one line, single spaces between words, without characters that act."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", join_line_ends(text))
    return " ".join(_NOT_IN_TEXT.sub("", _NOT_IN_LINE.sub("", text)).split())


def has_visible(text: str) -> bool:
    """Return whether a text has a character that shows."""
    return any(_is_visible(character) for character in _BLANK.sub("", text))


def _is_visible(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in _VISIBLE or category in ("Cn", "Co")


def count_typed(text: str) -> int:
    """Return how many characters were typed: a line end is one, although browsers send two."""
    return len(join_line_ends(text))


@deconstructible
class MaxTypedLength(MaxLengthValidator):
    """Refuse a text that is longer than a number of characters, counted as they were typed."""

    message = _("At most %(limit_value)d characters; this has %(show_value)d.")

    def clean(self, x: Sized) -> int:
        """Return the number that is compared with the limit."""
        return count_typed(str(x))
