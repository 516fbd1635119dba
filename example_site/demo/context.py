"""Context for every template: this is a demonstration."""

from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, bool]:
    """Add `demo` to the context of every template."""
    return {"demo": True}
