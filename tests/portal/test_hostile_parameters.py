"""Every free parameter of an address or a form takes any text: NUL, huge numbers, odd digits."""

import re
from collections.abc import Iterator

import pytest
from django.http import QueryDict

from tests.blocks.conftest import Reader
from tests.portal import test_access
from tests.portal.test_access import MATRIX, WHO, address
from wagtail_helpdesk.models import Category
from wagtail_helpdesk.parsing import clean_request
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests.opening_form import OpeningForm
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

HOSTILE = {
    "long": "9" * 5000,
    "nul": "abcd\x00efgh",
    "only nul": "\x00",
    "no digit": "²",
    "minus": "-1",
}
world = test_access.world
BLOCKS = ("requests", "queue", "panel", "services", "card", "ask")
#: Read by pages and blocks; a test below says when one is missing.
PARAMETERS = (
    "q", "service", "category", "wanted", "page", "after", "before", "seen", "user", "queue", "order", "status",
    "priority", "age", "mine", "list", "state", "show", "count", "most", "delay", "query", "chosen", "find", "refill",
)  # fmt: skip


def fields(form_class):
    return {*form_class.base_fields, "chosen", "find"}


class Spy(QueryDict):
    """Remembers which parameters a view asks for."""

    asked: set[str] = set()

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)

    def getlist(self, key, default=None):
        self.asked.add(key)
        return super().getlist(key, default)

    def __contains__(self, key):
        self.asked.add(key)
        return super().__contains__(key)


@pytest.fixture
def spied(monkeypatch):
    """The names of all parameters that are read from addresses while a test runs."""
    Spy.asked = set()
    original = HelpdeskRequest.__init__

    def init(self, page, request):
        original(self, page, request)
        request.GET = Spy(request.GET.urlencode())

    monkeypatch.setattr(HelpdeskRequest, "__init__", init)
    return Spy.asked


def paths(helpdesk, world) -> Iterator[str]:
    for route, (arguments, _answers) in MATRIX.items():
        yield address(helpdesk, world, route, arguments)
    for name in BLOCKS:
        yield f"/helpdesk-mail/blocks/{name}/"


def test_every_parameter_that_is_read_is_tried(spied, visit, helpdesk, people, world):
    client = visit(people.karim).client
    for path in paths(helpdesk, world):
        client.get(path)
        client.get(path, {"service": "1", "category": "1", "q": "froid"})
    assert spied, "nothing was read"
    assert spied <= set(PARAMETERS)


def each_nul_and_all_of_the_rest(names):
    """What is tried: a NUL in each parameter, for it must not hide behind another; the rest at once."""
    yield from ({name: "abcd\x00efgh"} for name in names)
    yield from (dict.fromkeys(names, text) for text in HOSTILE)


@pytest.mark.parametrize("route", MATRIX)
def test_a_hostile_parameter_of_a_page_is_answered(
    visit,
    helpdesk,
    people,
    world,
    route,
):
    arguments, answers = MATRIX[route]
    path, karim = address(helpdesk, world, route, arguments), visit(people.karim)
    for tried in each_nul_and_all_of_the_rest(PARAMETERS):
        assert karim.get(path, **tried).status_code == answers[WHO.index("karim")], list(tried)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_hostile_parameter_of_a_block_is_answered(helpdesk, people, taken, block):
    karim = Reader(people.karim)
    for tried in each_nul_and_all_of_the_rest(PARAMETERS):
        assert karim.get(block, **tried).status_code in (200, 204, 404), list(tried)


@pytest.mark.parametrize("action", get_form_classes())
def test_a_hostile_field_of_an_action_is_answered(visit, people, taken, action):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/{action.replace('_', '-')}/"
    names = fields(get_form_classes()[action]) - {"files"}
    for tried in each_nul_and_all_of_the_rest(names):
        assert karim.get(path, **tried).status_code in (200, 403, 404, 409), list(tried)
        answer = karim.post(path, **tried)
        assert answer.status_code in (200, 303, 403, 404, 409, 422, 429), list(tried)


@pytest.mark.parametrize(
    "also", [{}, {"find": "1"}, {"refill": "1"}], ids=["sent", "find", "refill"]
)
def test_a_hostile_field_of_a_new_ticket_is_answered(visit, people, heating, also):
    karim = visit(people.karim)
    names = {*fields(OpeningForm), "category", "filled_from"} - {"files"}
    for tried in each_nul_and_all_of_the_rest(names):
        answer = karim.post(f"new/{heating.pk}/", **(tried | also))
        assert answer.status_code in (200, 303, 404, 409, 422), list(tried)


def test_a_nul_in_a_search_for_a_target_finds_the_rest(visit, people, taken, network):
    page = visit(people.karim).page(
        f"tickets/{taken.pk}/move/", query="R\x00seau".replace("\x00", "é\x00")
    )
    assert Category.objects.get(pk=network.pk).name in page.get_text()


def test_a_request_is_cleaned_of_nul_and_of_nothing_else(rf):
    request = rf.post("/?q=a%00b&q=c&z=%E2%80%8D", {"text": "x\x00\r\n\ty", "to": ["1", "2"]})
    clean_request(request)
    assert request.GET.getlist("q") == ["ab", "c"]
    assert request.GET["z"] == "\u200d"
    assert request.POST["text"] == "x\r\n\ty"
    assert request.POST.getlist("to") == ["1", "2"]


def test_a_request_without_nul_is_left_as_it_is(rf):
    request = rf.get("/?q=a")
    before = request.GET
    clean_request(request)
    assert request.GET is before


def test_no_page_reads_an_address_past_the_cleaned_request():
    """Views read ``the request``, which is cleaned; ``QUERY_STRING`` and ``body`` are not."""
    from pathlib import Path

    package = Path(__file__).resolve().parents[2] / "wagtail_helpdesk"
    raw = re.compile(r"QUERY_STRING|request\.body|request\.META\[")
    assert [str(p) for p in package.rglob("*.py") if raw.search(p.read_text())] == []
