"""HTML of mails as text: sanitised first, nothing is fetched or executed."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import nh3

#: In characters; the rest of the HTML is not read.
MAX_HTML = 500_000
_BLOCKS = {"address", "article", "center", "div", "dl", "dt", "dd", "footer", "form", "h1", "h2",
           "h3", "h4", "h5", "h6", "header", "hr", "main", "ol", "p", "pre", "section", "table",
           "tr", "ul"}  # fmt: skip
#: Blocks with a blank line around them.
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"}
_TAGS = _BLOCKS | {"a", "b", "blockquote", "br", "li", "span", "td", "th", "tbody", "thead"}
#: Elements inside each other; sanitising takes the square of their number.
MAX_DEPTH = 400
_TAG = re.compile(r"<(/?)([a-z][a-z0-9:]*)[^<>]*>?", re.IGNORECASE)
#: Elements without an end, or whose end need not be written.
_UNCLOSED = {"area", "base", "body", "br", "col", "dd", "dt", "head", "hr", "html", "img", "input",
             "li", "link", "meta", "p", "tbody", "td", "th", "thead", "tr", "wbr"}  # fmt: skip
_MANY_BREAKS = re.compile(r"\n{3,}")
_SPACE = re.compile(r"[ \t\r\n\f]+")


def convert_to_text(html: str) -> str:
    """Return the text of an HTML mail: quotations marked with ``>``, links with their address."""
    html = html[:MAX_HTML]
    if _measure_depth(html) > MAX_DEPTH:
        return unescape(_TAG.sub(" ", html)).strip()
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "p": {"class"}},
        url_schemes={"http", "https", "mailto", "tel"},
        clean_content_tags={"script", "style", "title", "head", "noscript", "template"},
        link_rel=None,
    )
    writer = _TextWriter()
    writer.feed(clean)
    writer.close()
    return writer.get_text()


def _measure_depth(html: str) -> int:
    """Return how many elements are open at most; an end without a beginning ends nothing."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for end, name in _TAG.findall(html.lower()):
        if name in _UNCLOSED or (end and not opened[name]):
            continue
        step = -1 if end else 1
        opened[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


class _TextWriter(HTMLParser):
    """Writes the text of sanitised HTML, line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.quotes = 0
        self.in_pre = 0
        self.href = ""
        self.label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._break()
        elif tag == "blockquote":
            self._end_line()
            self.quotes += 1
            self._begin_line()
        elif tag == "li":
            self._end_line()
            self.lines[-1] += "- "
        elif tag in ("td", "th"):
            self._separate()
        elif tag == "a":
            self.href, self.label = dict(attrs).get("href") or "", ""
        elif tag in _BLOCKS:
            self._end_line()
            # Outlook writes each line as a paragraph of this class, without space around it.
            if tag in _SPACED and dict(attrs).get("class") != "MsoNormal":
                self._add_blank()
            self.in_pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._end_line()
            self.quotes = max(self.quotes - 1, 0)
            self._begin_line()
        elif tag == "a":
            self._write_target()
        elif tag in _BLOCKS:
            self._end_line()
            if tag in _SPACED and tag != "p":
                self._add_blank()
            self.in_pre = max(self.in_pre - (tag == "pre"), 0)

    def handle_data(self, data: str) -> None:
        if self.in_pre:
            first, *rest = data.split("\n")
            self.lines[-1] += first
            for line in rest:
                self._break()
                self.lines[-1] += line
            return
        text = _SPACE.sub(" ", data)
        if self._is_empty():
            text = text.lstrip(" ")
        self.lines[-1] += text
        self.label += text

    def get_text(self) -> str:
        """Return what was written, with no more than one blank line in a row."""
        text = "\n".join(line.replace("\xa0", " ").rstrip() for line in self.lines)
        return _MANY_BREAKS.sub("\n\n", text).strip("\n")

    @property
    def _prefix(self) -> str:
        # Deeper quotations are as good as one of this depth.
        return "> " * min(self.quotes, 10)

    def _is_empty(self) -> bool:
        return self.lines[-1] in ("", self._prefix)

    def _break(self) -> None:
        self.lines.append(self._prefix)

    def _begin_line(self) -> None:
        self.lines[-1] = self._prefix

    def _end_line(self) -> None:
        if not self._is_empty():
            self._break()

    def _add_blank(self) -> None:
        if len(self.lines) > 1 and self.lines[-2].strip("> "):
            self._break()

    def _separate(self) -> None:
        if not self._is_empty() and not self.lines[-1].endswith(" "):
            self.lines[-1] += " "

    def _write_target(self) -> None:
        href, label = self.href, self.label.strip()
        shown = href.removeprefix("mailto:").removeprefix("tel:")
        if href.startswith(("http", "mailto:")) and label and shown.rstrip("/") not in label:
            self.lines[-1] += f" ({shown})"
        self.href = ""
