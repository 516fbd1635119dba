"""The search page: a form, its answers a page at a time, and never more than its reader may read."""

import pytest
from wagtail.models import Locale

from tests.fixtures import service_of
from tests.portal.budget import counted
from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Category, CategoryText, Service, ServiceText
from wagtail_helpdesk.search import QueryTooBroad, SearchUnavailable, indexing


@pytest.fixture
def thirty_comments(people, ticket):
    """Thirty comments about a pump on Léa’s ticket."""
    for number in range(30):
        actions.comment(ticket, by=people.lea, text=f"Pompe, relevé {number}")
    list(indexing.sweep_unindexed())
    return ticket


def hits(page):
    return page.select(".hd-hits li li")


def test_the_search_page_without_a_query_shows_no_results(visit, people, thirty_comments):
    page = visit(people.lea).page("search/")
    assert page.find("input", attrs={"name": "q"})
    assert not hits(page)
    assert not page.select(".hd-empty")


def suggested(page):
    return {a.text: a["href"] for a in page.select(".hd-suggested a")}


def test_search_suggests_a_category_named_in_the_query(visit, people, heating, plumbing):
    page = visit(people.lea).page("search/", q="mon CHAUFFAGE ne marche pas")
    assert suggested(page) == {"Chauffage": f"/assistance/new/{heating.pk}/"}


def test_search_suggests_nothing_closed_to_the_user(visit, people, network, heating):
    type(network.service).objects.filter(pk=network.service_id).update(everyone=False)
    type(heating).objects.filter(pk=heating.pk).update(hidden=True)
    assert not suggested(visit(people.lea).page("search/", q="réseau chauffage"))


def test_suggested_categories_have_their_title_in_the_readers_language(visit, people, heating):
    locale = Locale.objects.get(language_code="en")
    CategoryText.objects.create(category=heating, locale=locale, title="Heating", live=True)
    assert list(suggested(visit(people.lea).page("search/", q="my heating"))) == ["Heating"]


@pytest.mark.parametrize("path", ["search/", "new/"])
def test_a_nul_in_a_query_is_ignored(visit, people, heating, path):
    assert visit(people.lea).page(path, q="chauff\x00age")


def test_short_words_suggest_nothing(visit, people, heating):
    assert not suggested(visit(people.lea).page("search/", q="uff e"))


def test_a_search_costs_no_more_than_it_may(visit, people, thirty_comments, general):
    lea = visit(people.lea)
    with counted() as cost:
        lea.get("search/", q="pompe chauffage", service=general.pk)
    assert cost.count <= 10, cost.statements


def test_an_answer_leads_to_its_message(visit, people, thirty_comments):
    page = visit(people.karim).page("search/", q="relevé 29")
    (hit,) = hits(page)
    event = thirty_comments.events.last()
    assert hit.a["href"] == f"/assistance/tickets/{thirty_comments.pk}/#event-{event.pk}"
    assert hit.p.decode_contents() == "Pompe, <mark>relevé</mark> <mark>29</mark>"
    assert f"#{thirty_comments.pk}" in page.select_one(".hd-hit-facts").get_text()


def test_the_answers_stand_under_a_heading(visit, people, thirty_comments):
    heading = (
        visit(people.lea).page("search/", q="pompe").find("h2", string="Results, newest first")
    )
    assert not heading.has_attr("role")


def test_messages_of_a_ticket_stand_together(visit, people, thirty_comments):
    page = visit(people.karim).page("search/", q="pompe")
    assert len(page.select(".hd-hits > li")) == 1


def test_older_answers_follow(visit, people, thirty_comments):
    page = visit(people.lea).page("search/", q="pompe", status="open")
    assert len(hits(page)) == 25
    older = page.find("a", rel="next")["href"]
    assert "q=pompe" in older
    assert "status=open" in older
    response = visit(people.lea).client.get(f"/assistance/search/{older}")
    assert len(hits(soup(response))) == 5


@pytest.mark.parametrize(
    "typed",
    [
        "#{}",
        "{}",
        " {} ",
        "n° {}",
        "nº{}",
        "N°{}",
        "no. {}",
        "№ {}",
        "ticket {}",
        "Ticket no. {}",
        "Ticket #{}",
        "the ticket {}",
        "demande n° {}",
        "numéro {}",
        "https://intranet.example/assistance/tickets/{}/",
        "https://intranet.example/assistance/tickets/{}/comment/?version=3",
        "/assistance/tickets/{}/#event-12",
        "[Chauffage #{}] Radiateur froid",
        "Re: [Chauffage #{}] Radiateur froid",
        "RE : TR : [Chauffage #{}] Radiateur #12 froid",
        "Fwd: Re[2]: [Chauffage #{}] Radiateur froid",
        "Re: [Chauffage n° {}] Radiateur froid",
        "[Heating no. {}] Cold radiator",
        "Re: [Chauffage n°\u00a0{}] Radiateur froid",
        "ticket {} ?",
        "#{}.",
        "http://testserver/helpdesk/go/tickets/{}/",
    ],
)
def test_a_reference_to_a_ticket_leads_to_the_ticket(visit, people, ticket, typed):
    response = visit(people.lea).get("search/", q=typed.format(ticket.pk))
    assert (response.status_code, response.url) == (302, f"/assistance/tickets/{ticket.pk}/")


def test_a_stranger_finds_no_tickets_by_words_or_number(visit, people, thirty_comments):
    for question in ("pompe", f"#{thirty_comments.pk}", str(thirty_comments.pk)):
        page = visit(people.victor).page("search/", q=question)
        assert not hits(page)
        assert page.select_one(".hd-empty")


def test_a_superuser_who_manages_nothing_finds_no_messages(visit, people, thirty_comments):
    assert not hits(visit(people.gilles).page("search/", q="pompe"))


def test_search_redirects_anonymous_visitors_to_the_login(visit, people, thirty_comments):
    response = visit().get("search/", q="pompe")
    assert response.status_code == 302
    assert "login" in response.url


def test_an_internal_note_is_marked_for_managers_and_absent_for_others(visit, people, taken):
    actions.note(taken, by=people.karim, text="Une note sur la pompe")
    list(indexing.sweep_unindexed())
    (hit,) = hits(visit(people.karim).page("search/", q="pompe"))
    assert hit.select_one(".hd-badge")
    assert not hits(visit(people.lea).page("search/", q="pompe"))


def test_filters_narrow_and_stay_chosen(visit, people, thirty_comments, general, dsi, heating):
    page = visit(people.lea).page("search/", q="pompe", service=general.pk, category=heating.pk)
    assert len(hits(page)) == 25
    assert page.select_one(f"select[name=service] option[selected][value='{general.pk}']")
    assert page.select_one(f"select[name=category] option[selected][value='{heating.pk}']")
    assert not hits(visit(people.lea).page("search/", q="pompe", service=dsi.pk))
    assert not hits(visit(people.lea).page("search/", q="pompe", status="ended"))
    assert not hits(visit(people.sophie).page("search/", q="pompe", mine="1"))


@pytest.mark.parametrize(
    "parameters",
    [
        {"service": "x"}, {"service": "' OR 1=1"}, {"category": "9" * 40}, {"status": "password"},
        {"after": "-1"}, {"after": "1e9"}, {"after": "9" * 30}, {"after": "٣"}, {"mine": "yes"},
        {"q": "x" * 5000}, {"q": "\x00"}, {"ordering": "actor__password"}, {"q": ["a", "b"]},
    ],
)  # fmt: skip
def test_any_parameter_of_the_search_may_be_nonsense(visit, people, thirty_comments, parameters):
    visit(people.lea).page("search/", **({"q": "pompe"} | parameters))


def test_signs_alone_ask_for_a_word(visit, people, thirty_comments):
    page = visit(people.lea).page("search/", q="%*(")
    assert "at least one word" in page.select_one("[role=alert]").get_text()


@pytest.mark.parametrize(
    ("error", "words"), [(QueryTooBroad, "Add a word"), (SearchUnavailable, "not available")]
)
def test_a_failed_search_shows_the_reason_and_keeps_the_query(
    visit, people, thirty_comments, monkeypatch, error, words
):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("wagtail_helpdesk.portal.search.search_page.search", fail)
    page = visit(people.lea).page("search/", q="pompe")
    assert words in page.select_one("[role=alert]").get_text()
    assert page.find("input", attrs={"name": "q"})["value"] == "pompe"


def test_the_search_page_refuses_post(visit, people):
    assert visit(people.lea).post("search/", q="pompe").status_code == 405


def test_a_search_page_has_few_statements_and_bytes(
    visit, people, thirty_comments, general, statements_of
):
    lea = visit(people.lea)
    few, _answer = statements_of(lea, q="relevé 29", service=general.pk)
    many, answer = statements_of(lea, q="pompe", service=general.pk)
    assert len(many) == len(few) <= 10
    assert len(answer.content) < 40_000


@pytest.fixture
def statements_of():
    """A function: the package's own statements for a search page, and the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(visitor, **parameters):
        with CaptureQueriesContext(connection) as captured:
            answer = visitor.get("search/", **parameters)
        assert answer.status_code == 200
        own = [q["sql"] for q in captured if "helpdesk" in q["sql"]]
        return [sql for sql in own if "helpdeskpage" not in sql], answer

    return statements


def offered(page, name):
    """The names that a filter offers."""
    return [option.get_text().strip() for option in page.select(f"select[name={name}] option")]


def test_filters_name_no_disabled_service_except_to_its_managers(visit, people, general, dsi):
    service_of("Reprographie", ["Copies"], people.karim)
    Service.objects.filter(pk=dsi.pk).update(enabled=False)
    assert offered(visit(people.lea).page("search/", q="pompe"), "service") == [
        "all",
        "Reprographie",
        "Services Généraux",
    ]
    assert "DSI" in offered(visit(people.nadia).page("search/", q="pompe"), "service")


def test_filters_name_no_hidden_category_except_to_managers(visit, people, general, dsi, heating):
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    shown = {
        who: offered(
            visit(getattr(people, who)).page("search/", q="pompe", service=general.pk), "category"
        )
        for who in ("lea", "karim")
    }
    assert not [name for name in shown["lea"] if "Chauffage" in name]
    assert [name for name in shown["lea"] if "Plomberie" in name]
    assert [name for name in shown["karim"] if "Chauffage" in name]


def test_a_hidden_category_in_the_url_of_a_search_names_nothing(visit, people, general, heating):
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    page = visit(people.lea).page("search/", q="pompe", service=general.pk, category=heating.pk)
    assert "Chauffage" not in page.get_text()


@pytest.mark.parametrize("path", ["search/", "new/"])
@pytest.mark.parametrize("name", ["Wifi", "Wi-Fi", "Wi Fi", "WIFI"])
@pytest.mark.parametrize("question", ["wifi", "wi-fi", "wi fi", "WIFI"])
def test_a_category_is_found_however_its_name_is_written(
    visit, people, network, path, name, question
):
    type(network).objects.filter(pk=network.pk).update(name=name)
    page = visit(people.lea).page(path, q=question)
    assert page.find("a", href=f"/assistance/new/{network.pk}/")


@pytest.mark.parametrize("path", ["search/", "new/"])
@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("Téléphonie", "telephonie"),
        ("ÉLECTRICITÉ", "électricité"),
        ("Courrier électronique (e-mail)", "email"),
        ("Clés et badges", "clé"),
        ("Cœur de réseau", "coeur"),
        ("Radiateur", "radiateurs"),
    ],
)
def test_accents_and_plurals_make_no_difference_in_names(
    visit, people, network, path, name, question
):
    type(network).objects.filter(pk=network.pk).update(name=name)
    page = visit(people.lea).page(path, q=question)
    assert page.find("a", href=f"/assistance/new/{network.pk}/")


def test_the_words_of_a_summary_suggest_its_category(visit, people, network):
    locale = Locale.objects.get(language_code="en")
    CategoryText.objects.create(
        category=network, locale=locale, title="Network", summary="Wi-Fi, VPN, cables", live=True
    )
    assert list(suggested(visit(people.lea).page("search/", q="vpn"))) == ["Network"]


def test_a_service_is_suggested_by_its_name(visit, people, dsi, network):
    page = visit(people.lea).page("search/", q=dsi.name)
    assert page.select_one(".hd-suggested a")["href"] == f"/assistance/new/?service={dsi.pk}"


def test_nothing_found_offers_the_catalogue_and_the_contact_of_a_service(
    visit, people, ticket, general
):
    locale = Locale.objects.get(language_code="en")
    ServiceText.objects.create(
        service=general, locale=locale, title="Facilities", contact="Extension 4321", live=True
    )
    empty = visit(people.lea).page("search/", q="introuvable").select_one(".hd-empty")
    assert empty.find("a", href="/assistance/new/")
    assert "Facilities" in empty.text
    assert "Extension 4321" in empty.text


def test_the_filters_name_no_disabled_service_and_no_hidden_category(
    visit, people, general, dsi, heating
):
    type(dsi).objects.filter(pk=dsi.pk).update(enabled=False)
    type(heating).objects.filter(pk=heating.pk).update(hidden=True)
    lea, asked = visit(people.lea), {"q": "pompe", "service": general.pk}
    assert dsi.name not in lea.get("search/", **asked).text
    assert heating.name not in lea.page("search/", **asked).find("main").text
    assert heating.name in visit(people.karim).get("search/", **asked).text


def test_a_number_in_a_longer_text_is_a_word_of_it(visit, people, thirty_comments):
    assert visit(people.lea).get("search/", q=f"salle {thirty_comments.pk}").status_code == 200
