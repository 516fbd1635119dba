"""The WSGI application of the benchmark, which measures the processor time of each response.

The time is that of the thread that serves the request (``time.thread_time``: user and system time,
as in ``resource.getrusage`` with ``RUSAGE_THREAD``), from the call of Django to the moment at which
the whole response is rendered. It contains the middleware, and neither gunicorn's reading and
sending nor the processor time of the database server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from .browsing import PROCESSOR_HEADER

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request, and add its processor time to the headers."""
    began = time.thread_time()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        spent = f"{1000 * (time.thread_time() - began):.3f}"
        return start_response(status, [*headers, (PROCESSOR_HEADER, spent)], *rest)

    return _django(environ, start)
