"""Context for every template: this is a demonstration."""

from typing import Any

from django.http import HttpRequest

from demo.hosts import HOSTS, get_host


def demo(request: HttpRequest) -> dict[str, Any]:
    """Add ``demo``, and the site around the pages as ``host``, to the context of every template."""
    return {"demo": True, "host": get_host(request), "hosts": HOSTS}
