"""Every URL of the admin, requested by every kind of user. A URL missing from the matrix fails."""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.http import urlencode
from wagtail.models import Locale, Site

from tests.hostile_requests import (
    SCRIPT,
    attack_address,
    attack_form,
    encode,
    find_form,
    find_parameters,
    get,
    post,
    read_text,
)
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import (
    Absence,
    Alias,
    CannedAnswer,
    CategoryText,
    PermanentGuest,
    ServiceText,
)

from .conftest import grant

# Who gets in. Everybody else is refused: 404 for what does not exist for them, else back to the
# admin's front page with a message (302), or to the login.
ADMINISTRATOR = {"superuser"}
RUNNERS = ADMINISTRATOR | {"all"}
EDITS = RUNNERS
MANAGERS = RUNNERS
CATEGORIES = RUNNERS | {"categories"}
ANY = CATEGORIES
#: Choosers list what each person may see: everyone in the admin may open them.
CHOOSES = {"superuser", "all", "categories", "elsewhere", "editor"}
#: Lists of what each person may see: everyone who configures anything may open them.
LISTS = ANY | {"elsewhere"}

SERVICE = {
    "list": LISTS,
    "list_results": LISTS,
    "add": ADMINISTRATOR,
    "edit": EDITS,
    "delete": ADMINISTRATOR,
    "usage": EDITS,
    "history": ANY,
    "history_results": ANY,
    "reorder": ADMINISTRATOR,
    "panel": ANY,
    "tree": CATEGORIES,
    "tree_results": CATEGORIES,
    "tree_reorder": CATEGORIES,
    "aliases": CATEGORIES,
    "aliases_results": CATEGORIES,
    "alias_add": CATEGORIES,
    "alias_remove": CATEGORIES,
    "name_add": CATEGORIES,
    "name_remove": CATEGORIES,
    "transfer": CATEGORIES,
    "managers": ANY,
    "managers_results": ANY,
    "managers_reorder": MANAGERS,
    "manager_add": MANAGERS,
    "manager": MANAGERS,
    "manager_remove": MANAGERS,
    "absences": MANAGERS,
    "absence_remove": MANAGERS,
    "guests": ANY,
    "guests_results": ANY,
    "guest_add": MANAGERS,
    "guest_remove": MANAGERS,
    "why": ANY,
}
CATEGORY = {
    "list": LISTS,
    "list_results": LISTS,
    "add": LISTS,
    "edit": CATEGORIES,
    "delete": CATEGORIES,
    "usage": CATEGORIES,
    "history": CATEGORIES,
    "history_results": CATEGORIES,
    "members": CATEGORIES,
    "transfer": CATEGORIES,
}
#: The views of Wagtail for content, drafts and versions included.
ABOUT_ONE_TEXT = (
    "add",
    "edit",
    "delete",
    "usage",
    "history",
    "history_results",
    "preview_on_add",
    "preview_on_edit",
    "revisions_view",
    "revisions_revert",
    "revisions_compare",
    "revisions_unschedule",
    "unpublish",
)
#: Scoped as well: everyone who edits a service finds their own.
EDITORS = {"superuser", "all", "elsewhere"}
SERVICE_TEXT = dict.fromkeys(ABOUT_ONE_TEXT, EDITS) | dict.fromkeys(
    ("list", "list_results"), EDITORS
)
CATEGORY_TEXT = dict.fromkeys(ABOUT_ONE_TEXT, CATEGORIES) | dict.fromkeys(
    ("list", "list_results"), LISTS
)
#: Scoped as the texts of services are.
INCIDENT = dict.fromkeys(
    ("edit", "end", "delete", "usage", "history", "history_results"), EDITS
) | dict.fromkeys(("list", "list_results", "add"), EDITORS)
#: With versions, without drafts and previews. The one of the world is of a service.
CANNED_ANSWER = dict.fromkeys(("list", "list_results"), EDITORS) | dict.fromkeys(
    (
        "add",
        "edit",
        "delete",
        "usage",
        "history",
        "history_results",
        "revisions_revert",
        "revisions_compare",
    ),
    EDITS,
)
CHOOSER = {
    "choose": CHOOSES,
    "choose_results": CHOOSES,
    "chosen": CHOOSES,
    "chosen_multiple": CHOOSES,
    "create": set(),
}
MAILS = {"list": EDITORS, "list_results": EDITORS, "again": EDITORS}
#: Of pages: for everyone who may publish the page.
ROUTING = {"wagtail_helpdesk_routing": ADMINISTRATOR}
#: Leads to the helpdesk’s search, which applies the access rules: nobody sees a page here.
SEARCH: dict[str, set[str]] = {"wagtail_helpdesk_search": set()}
#: Of searches: for everyone who configures a service or edits pages. Of the site: for administrators.
REPORTS = {
    "helpdesk_searches": LISTS | {"editor"},
    "helpdesk_installation": ADMINISTRATOR,
}
INCOMING_MAILS = {"list": ADMINISTRATOR, "list_results": ADMINISTRATOR}
MATRIX = {
    "": ROUTING | SEARCH | REPORTS,
    "helpdesk_mails": MAILS,
    "helpdesk_incoming": INCOMING_MAILS,
    "helpdesk_services": SERVICE,
    "helpdesk_categories": CATEGORY,
    "helpdesk_service_texts": SERVICE_TEXT,
    "helpdesk_category_texts": CATEGORY_TEXT,
    "helpdesk_incidents": INCIDENT,
    "helpdesk_canned_answers": CANNED_ANSWER,
    "wagtailsnippetchoosers_wagtail_helpdesk_service": CHOOSER,
    "wagtailsnippetchoosers_wagtail_helpdesk_category": CHOOSER,
}
#: URLs that accept POST only: people with access get 405 for a GET.
BUTTONS = {"reorder", "tree_reorder", "managers_reorder", "again"}

EVERY = [(space, name) for space, names in MATRIX.items() for name in names]
ACTORS = [
    "superuser",
    "all",
    "categories",
    "elsewhere",
    "nothing",
    "editor",
    "stranger",
    "anonymous",
]


def registered():
    """Return namespace, name and argument names of every URL of the admin that is ours."""
    return {
        (space, pattern.name): list(pattern.pattern.regex.groupindex)
        for space, pattern in _addresses(get_resolver("wagtail.admin.urls"))
        if _is_ours(pattern.callback)
    }


def _addresses(resolver, space=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, pattern.namespace or space)
        else:
            yield space, pattern


def _is_ours(callback):
    """Return whether the view, or the model of a view of Wagtail's, belongs to this package."""
    view = getattr(callback, "view_class", callback)
    given = getattr(callback, "view_initkwargs", {})
    model = given.get("model") or given.get("model_class") or getattr(view, "model", None)
    label = getattr(getattr(model, "_meta", None), "app_label", "")
    return view.__module__.startswith("wagtail_helpdesk") or label == "wagtail_helpdesk"


@pytest.fixture
def objects(people, general, dsi, heating, network, manager):
    """One of everything a URL can name, in Services Généraux."""
    grant(manager(people.karim), Privilege.MANAGE_CATEGORIES)
    english = Locale.objects.get(language_code="en")
    Locale.objects.get_or_create(language_code="fr")
    return {
        "helpdesk_service_texts": written(ServiceText(service=general, locale=english)),
        "helpdesk_category_texts": written(CategoryText(category=heating, locale=english)),
        "helpdesk_incidents": configuration.create_incident(
            by=None, texts={"en": {"title": "Words"}}, services=[general]
        ),
        "helpdesk_canned_answers": saved(CannedAnswer(service=general, title="Purge", text="…")),
        "absence": Absence.objects.create(
            user=people.karim, starts_on="2030-07-01", ends_on="2030-07-14"
        ).pk,
        "alias": Alias.objects.create(name="Wifi", service=general, to_category=network).pk,
        "name": Alias.objects.create(name="Pannes", to_service=general).pk,
        "guest": PermanentGuest.objects.create(service=general, user=people.ines).pk,
        "manager": manager(people.karim).pk,
        "category": heating.pk,
        "page": Site.objects.get(is_default_site=True).root_page_id,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
    }


def saved(answer):
    """Return an answer with two versions."""
    answer.save()
    answer.save_revision()
    answer.save_revision()
    return answer


def written(text):
    """Return a text that is published, and will be again."""
    text.title = "Words"
    text.save()
    text.save_revision().publish()
    text.go_live_at = timezone.now() + timedelta(days=1)
    text.save_revision().publish()
    return text


@pytest.fixture
def actors(people):
    return {
        "superuser": people.gilles,
        "all": people.sophie,
        "categories": people.karim,
        "elsewhere": people.nadia,
        "nothing": people.hugo,
        "editor": people.alice,
        "stranger": people.victor,
        "anonymous": None,
    }


def test_every_url_is_in_the_matrix():
    assert set(registered()) == set(EVERY)


@pytest.fixture
def browsers(actors):
    """One browser for each of them."""
    found = {who: Client() for who in actors}
    for who, user in actors.items():
        if user:
            found[who].force_login(user)
    return found


@pytest.mark.parametrize("space", MATRIX)
def test_each_url_is_open_to_the_right_people_only(space, objects, browsers, general, heating):
    for name in MATRIX[space]:
        url = address_of(space, name, objects, general, heating)
        query = query_of(space, name, general, heating)
        with undone():
            answers = {who: browser.get(url, query) for who, browser in browsers.items()}
        codes = {who: answer.status_code for who, answer in answers.items()}
        check_access(space, name, codes)


def check_access(space, name, answers):
    """Check that the right people, and no others, have access to the URL."""
    allowed = MATRIX[space][name]
    expected = 405 if name in BUTTONS else 200
    if name == "add" and "categories" in space:
        # The URL names a service: a stranger to it finds nothing there.
        allowed = CATEGORIES
    for who in ACTORS:
        if who in allowed:
            assert answers[who] == expected, f"{name}: {who} is kept out: {answers[who]}"
        else:
            assert answers[who] in (302, 403, 404, 405), f"{name}: {who} gets in"
            assert not (who == "elsewhere" and answers[who] == 405 and name != "reorder"), answers


@pytest.mark.parametrize("space", MATRIX)
def test_a_crafted_post_changes_nothing(space, objects, browsers, general, heating):
    before = everything()
    for name in MATRIX[space].keys() - {"list", "list_results"}:
        url = address_of(space, name, objects, general, heating)
        query = query_of(space, name, general, heating)
        for who in ("elsewhere", "nothing", "editor", "stranger", "anonymous"):
            browsers[who].post(
                f"{url}?{urlencode(query)}",
                {
                    "name": "Mine",
                    "people": "victor",
                    "person": "victor",
                    "to": "up",
                    "members": "name",
                    "title": "Mine",
                    "service": general.pk,
                    "can_manage_managers": "on",
                    "action-publish": "1",
                },
            )
        assert everything() == before, f"{name}: one of them changed something"


def address_of(space, name, things, service, category):
    """Return the URL about a service, a category or a text, and what belongs to it."""
    target = things.get(space) or (category if "categor" in space else service)
    version = getattr(target, "latest_revision_id", None)
    things = things | {"pk": target.pk, "revision_id": version}
    arguments = {key: thing(things, name, key) for key in registered()[space, name]}
    return reverse(f"{space}:{name}".lstrip(":"), kwargs=arguments)


def query_of(space, name, service, category):
    """Return what the URL of something new says besides."""
    if "add" not in name:
        return {}
    return {
        "helpdesk_categories": {"service": service.pk},
        "helpdesk_service_texts": {"service": service.pk, "language": "fr"},
        "helpdesk_category_texts": {"category": category.pk, "language": "fr"},
        "helpdesk_canned_answers": {"service": service.pk},
    }.get(space, {})


def thing(things, name, key):
    """Return what a URL names: aliases are either those in a service or those beside them."""
    return things["name"] if name == "name_remove" and key == "alias" else things[key]


@contextmanager
def undone():
    """Undo what is written meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything():
    from django.apps import apps

    models = apps.get_app_config("wagtail_helpdesk").get_models()
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }


@pytest.mark.postgresql
@pytest.mark.parametrize("space", MATRIX)
def test_a_hostile_parameter_or_field_is_answered_and_never_repeated_as_markup(
    space, objects, browsers, general, heating
):
    client, faults = browsers["superuser"], []
    client.raise_request_exception = False
    for name in MATRIX[space]:
        url = address_of(space, name, objects, general, heating)
        query = query_of(space, name, general, heating)
        turn = EVERY.index((space, name))
        for label, send, path, data in attacks_on(client, url, query, turn, space, name):
            with undone():
                answer = send(client, path, data)
            fault = answer.status_code >= 500 or SCRIPT in read_text(answer)
            faults += [(name, label, send.__name__, answer.status_code)] if fault else []
    assert faults == []


def attacks_on(client, url, query, turn, space, name):
    """Yield each hostile request: its description, how it is sent, to which URL, with which data."""
    few = shares_its_view(space, name)
    parameters = find_parameters(client, url, query) - set(query)
    for label, data in attack_address(parameters, turn, few=few):
        yield label, get, url, query | data
    for label, data in attack_address(query, turn, few=few):
        yield label, get, url, data
    with undone():
        form = find_form(client, url, query)
    sent_to = f"{url}?{encode(query)}" if query else url
    for label, data in attack_form(form, turn, form.names if few else ()):
        yield label, post, sent_to, data


def shares_its_view(space, name):
    """Return whether a URL before this one has the same view: it got all values."""
    views = view_classes()
    earlier = EVERY[: EVERY.index((space, name))]
    return views[space, name] in {views[url] for url in earlier}


@cache
def view_classes():
    return {
        (space, pattern.name): getattr(pattern.callback, "view_class", pattern.callback)
        for space, pattern in _addresses(get_resolver("wagtail.admin.urls"))
        if _is_ours(pattern.callback)
    }
