"""Compares a text with the HTML made of it: no word and no sign may be missing, none may be added."""

import re

from bs4 import BeautifulSoup, NavigableString, Tag
from django.utils.encoding import iri_to_uri

MARKS = {"strong": "**", "s": "~~", "code": "`"}


class Lost(AssertionError):
    """The HTML shows something else than the text."""


def check(html: str, text: str) -> None:
    """Raise ``Lost`` unless each sign of the text shows in the HTML, or made its formatting."""
    reading = _Reading(_signs(text))
    reading.walk(BeautifulSoup(html, "html.parser"))
    reading.end()


def shown(html: str) -> str:
    """Return the signs that HTML shows, those of lists and quotes included."""
    soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")
    for item in soup.find_all("li"):
        item.insert(0, "- ")
    for quote in soup.find_all("blockquote"):
        quote.insert(0, "> ")
    return "".join(soup.get_text().split())


def signs(text: str) -> str:
    """Return the words and signs of a text, without the spaces."""
    return _signs(text).replace("\n", "")


def _signs(text: str) -> str:
    text = text.encode("utf-8", "ignore").decode()
    lines = re.split("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text)
    return "\n".join(
        re.sub(r"[\s\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", "", line) for line in lines
    )


class _Reading:
    """Goes through the HTML with a finger on the text."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.quotes, self.begins_line = text, 0, 0, True

    def walk(self, tag: Tag) -> None:
        for child in tag.children:
            if isinstance(child, NavigableString):
                self.take("".join(str(child).split()))
            elif isinstance(child, Tag):
                self.walk_tag(child)

    def walk_tag(self, tag: Tag) -> None:
        match tag.name:
            case "em":
                words = tag.get_text()
                keeps = words[0] == words[-1] == "*" and len(words.split()) < 2
                self.between("" if keeps else "*", tag)
            case "code" if tag.parent.name == "pre":
                self.walk(tag)
            case "strong" | "s" | "code":
                self.between(MARKS[tag.name], tag)
            case "pre":
                self.between("```", tag)
            case "blockquote":
                self.quote(tag)
            case "li":
                self.take("-")
                self.walk(tag)
            case "a":
                self.link(tag)
            case "p":
                self.paragraph(tag)
            case _:
                self.walk(tag)

    def between(self, mark: str, tag: Tag) -> None:
        self.take(mark)
        self.walk(tag)
        self.take(mark)

    def quote(self, tag: Tag) -> None:
        self.quotes += 1
        self.walk(tag)
        rest = re.compile(r"(?:\n>{1,2}(?=\n|$))*").match(self.text, self.at)
        self.at = rest.end()
        self.quotes -= 1

    def link(self, tag: Tag) -> None:
        label = signs(tag.get_text())
        self.skip()
        if self.text.startswith(f"[{label}](", self.at):
            target = tag["href"]
            typed = self.text[self.at + len(label) + 3 :]
            end = next(n for n in range(len(typed)) if iri_to_uri(typed[:n]) == target)
            self.take(f"[{label}]({typed[:end]})")
        else:
            self.take(label)

    def paragraph(self, tag: Tag) -> None:
        pre = tag.find_next_sibling()
        self.skip()
        if pre and pre.name == "pre" and self.text.startswith(f"```{tag.get_text()}\n", self.at):
            # The language of a block of code stands above it.
            self.take("```" + tag.get_text())
            self.text = self.text[: self.at] + "```" + self.text[self.at :]
            self.begins_line = False
        else:
            self.walk(tag)

    def take(self, expected: str) -> None:
        for sign in expected:
            self.skip()
            if self.text[self.at : self.at + 1] != sign:
                raise Lost(f"{sign!r} of {expected!r} shows, typed: {self.text[self.at :][:40]!r}")
            self.at += 1

    def skip(self) -> None:
        """Go over line ends, and over the signs that quote a line."""
        while self.text[self.at : self.at + 1] == "\n" or self.begins_line:
            if not self.begins_line:
                self.at += 1
                self.begins_line = True
            blank = re.compile(r">{1,2}(?=\n)").match(self.text, self.at) if self.quotes else None
            if blank:
                self.at = blank.end()
            elif self.text[self.at : self.at + 1] != "\n":
                if not self.text.startswith(">" * self.quotes, self.at):
                    raise Lost(f"Quoted, typed: {self.text[self.at :][:40]!r}")
                self.at += self.quotes
            self.begins_line = False

    def end(self) -> None:
        if rest := self.text[self.at :].strip("\n"):
            raise Lost(f"Not shown: {rest[:80]!r}")
