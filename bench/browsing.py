"""An HTTP client that measures response times, without Django."""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode


class Answer(NamedTuple):
    """The status and body of a response, and the processor time of the server in ms."""

    status: int
    body: bytes
    processor: float = 0.0


Ask = Callable[[], Answer]
#: Prepares a request, untimed, and returns the function that is timed.
Work = Callable[[], Ask]
Key = TypeVar("Key", bound=Hashable)

#: The header in which wsgi.py sends the milliseconds of processor time.
PROCESSOR_HEADER = "X-Processor-Milliseconds"

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = re.compile(rb'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')


class Browser:
    """An HTTP client of a logged-in user, with a kept connection."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = {"sessionid": session}

    def get(self, address: str) -> Answer:
        """Open a page."""
        return self._ask("GET", address)

    def post(self, address: str, data: Mapping[str, str]) -> Answer:
        """Send a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(data), headers)

    def form(self, address: str) -> dict[str, str]:
        """Return the hidden fields of the form on a page."""
        body = self.get(address).body
        main = body[body.find(b'class="hd-form') :]
        fields = {name.decode(): value.decode() for name, value in _HIDDEN.findall(main)}
        return fields | {"csrfmiddlewaretoken": _TOKEN.findall(body)[0].decode()}

    def _ask(self, method: str, address: str, body: str = "", headers: Any = None) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, address, body, {"Cookie": cookies, **(headers or {})})
        response = self.connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        processor = float(response.headers.get(PROCESSOR_HEADER, 0))
        return Answer(response.status, response.read(), processor)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds per request, requests per second, and bytes per response.

    ``p50`` and ``p95`` are wall time; ``processor`` is the median of the server's processor time.
    """

    p50: float
    p95: float
    processor: float
    rate: float
    octets: int


def interleaved(works: Mapping[Key, Work], rounds: int) -> dict[Key, Times]:
    """Run several functions in turn, ``rounds`` times each, so that other load affects all."""
    for work in works.values():
        for _n in range(4):
            _timed(work())
    taken: dict[Key, list[_Taken]] = {key: [] for key in works}
    for _round in range(rounds):
        for key, work in works.items():
            taken[key].append(_timed(work()))
    return {key: _times(each, sum(one.wall for one in each)) for key, each in taken.items()}


def at_once(asks: list[Ask], rounds: int) -> Times:
    """Send requests from several clients at the same time."""

    def some(ask: Ask) -> list[_Taken]:
        return [_timed(ask) for _round in range(max(1, rounds // len(asks)))]

    began = time.perf_counter()
    with ThreadPoolExecutor(len(asks)) as pool:
        each = [one for run in pool.map(some, asks) for one in run]
    return _times(each, 1000 * (time.perf_counter() - began))


class _Taken(NamedTuple):
    """Wall time and processor time of a response in ms, and its bytes."""

    wall: float
    processor: float
    octets: int


def _timed(ask: Ask) -> _Taken:
    """Return the times and bytes of a response; raise RuntimeError if it is an error."""
    began = time.perf_counter()
    status, body, processor = ask()
    took = 1000 * (time.perf_counter() - began)
    if status not in (200, 204, 302, 303):
        raise RuntimeError(f"{status}: {body[:500]!r}")
    return _Taken(took, processor, len(body))


def _times(each: list[_Taken], in_all: float) -> Times:
    ordered = sorted(one.wall for one in each)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    processor = statistics.median(one.processor for one in each)
    rate = 1000 * len(each) / in_all
    return Times(statistics.median(ordered), p95, processor, rate, each[-1].octets)
