"""The page tree of the portal."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A page, whose texts have the same key in every language."""

    key: str
    beneath: tuple["Node", ...] = ()
    in_menu: bool = False
    age: int = 400  # days since it was published
    asks: str = ""  # whom it and the pages beneath it ask: a service, or a category

    def all(self) -> Iterator["Node"]:
        """Yield this page and its descendants, parents first."""
        yield self
        for node in self.beneath:
            yield from node.all()


NEWS = (
    Node("heating", age=3, asks="Chauffage"),
    Node("library-hours", age=8),
    Node("new-mail", age=15),
    Node("open-day", age=24),
)
CAMPUS = (
    Node("badge", age=120, asks="Clés et badges"),
    Node("rooms", age=150),
    Node("travel", age=200),
)
DIGITAL = Node("wifi", age=180), Node("printing", age=210, asks="Impression")

HOME = Node(
    "home",
    beneath=(
        Node("news", NEWS, in_menu=True),
        Node("campus", CAMPUS, in_menu=True, asks="Services Généraux"),
        Node("digital", DIGITAL, in_menu=True, asks="DSI"),
        Node("hr", in_menu=True, asks="Ressources humaines"),
        Node("office", (Node("cockpit"),), in_menu=True, asks="Services Généraux"),
        Node("assistance", in_menu=True),
        Node("accessibility"),
        Node("legal"),
    ),
)

#: The related pages of each service.
RELATED = {
    "Services Généraux": ("badge", "rooms"),
    "DSI": ("wifi", "printing"),
}
