"""Parameters and forms are cleaned of what no database takes; a search with hostile fields answers.

Every parameter of every URL is attacked in tests/security/test_hostile_requests.py.
"""

import re

import pytest

from wagtail_helpdesk.models import Category
from wagtail_helpdesk.parsing import clean_request
from wagtail_helpdesk.portal.requests.opening_form import OpeningForm

HOSTILE = {
    "long": "9" * 5000,
    "nul": "abcd\x00efgh",
    "only nul": "\x00",
    "no digit": "²",
    "minus": "-1",
}


@pytest.mark.parametrize(
    "also", [{}, {"find": "1"}, {"refill": "1"}], ids=["sent", "find", "refill"]
)
def test_a_hostile_field_of_a_new_ticket_is_answered(visit, people, heating, also):
    karim = visit(people.karim)
    names = {*OpeningForm.base_fields, "chosen", "find", "category", "filled_from"} - {"files"}
    for text in HOSTILE.values():
        answer = karim.post(f"new/{heating.pk}/", **(dict.fromkeys(names, text) | also))
        assert answer.status_code in (200, 303, 404, 409, 422), text[:20]


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


def test_no_page_reads_url_parameters_past_the_cleaned_request():
    """Views read ``the request``, which is cleaned; ``QUERY_STRING`` and ``body`` are not."""
    from pathlib import Path

    package = Path(__file__).resolve().parents[2] / "wagtail_helpdesk"
    raw = re.compile(r"QUERY_STRING|request\.body|request\.META\[")
    assert [str(p) for p in package.rglob("*.py") if raw.search(p.read_text())] == []
