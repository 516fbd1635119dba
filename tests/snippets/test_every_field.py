"""Forms of the admin ignore fields that they do not show."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import models, transaction

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import (
    Absence,
    Alias,
    Category,
    PermanentGuest,
    Service,
    ServiceManager,
)

from .conftest import grant, page_url
from .test_every_url import everything

#: Page → the privilege it needs, what its form writes, and what the user fills in.
FORMS = {
    "edit": (Privilege.EDIT_SERVICE, Service, {"name": "Bâtiments"}),
    "category:edit": (Privilege.MANAGE_CATEGORIES, Category, {"name": "Radiateurs"}),
    "category:members": (Privilege.MANAGE_CATEGORIES, Category, {"members": "name"}),
    "alias_add": (Privilege.MANAGE_CATEGORIES, Alias, {"name": "Wifi"}),
    "name_add": (Privilege.MANAGE_CATEGORIES, Alias, {"name": "Pannes"}),
    "manager": (Privilege.MANAGE_MANAGERS, ServiceManager, {"can_refuse": "on"}),
    "manager_add": (Privilege.MANAGE_MANAGERS, ServiceManager, {"people": "thomas"}),
    "guest_add": (Privilege.MANAGE_MANAGERS, PermanentGuest, {"people": "thomas"}),
    "absences": (
        Privilege.MANAGE_MANAGERS,
        Absence,
        {"starts_on": "2030-01-01", "ends_on": "2030-01-02"},
    ),
}
EVERYWHERE = (Service, Category, ServiceManager, get_user_model())


@pytest.fixture
def arguments(general, heating, network, manager, people):
    """What stands in the URL of a page, where that is not one thing alone."""
    return {
        "manager": (general, manager(people.hugo)),
        "absences": (general, manager(people.hugo)),
    }


@pytest.fixture
def answers(network, manager, people):
    """What the user fills in that only the database knows."""
    return {
        "category:members": {"chosen": manager(people.hugo).pk},
        "alias_add": {"to_category": network.pk},
    }


def state():
    """Everything in the package and what accounts may do; moments and the keys of rows left out.

    A key is not given twice, even when its row was rolled back.
    """
    users = get_user_model().objects.order_by("pk")
    rows = everything() | {"User": list(users.values("username", "is_staff", "is_superuser"))}
    return {
        name: [
            {
                key: value
                for key, value in row.items()
                if key != "id" and not isinstance(value, datetime.datetime)
            }
            for row in table
        ]
        for name, table in rows.items()
    }


def filled(response):
    """Return what a browser would send back from the largest form of a page."""
    page = BeautifulSoup(response.content, "html.parser")
    form = max(page.select("form[method=post i]"), key=lambda form: len(form.select("[name]")))
    data = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        chosen = field.select_one("option[selected]") if field.name == "select" else None
        unsaid = "on" if field.get("type") == "checkbox" else ""
        text = field.text.lstrip("\n") if field.name == "textarea" else field.get("value", unsaid)
        value = chosen.get("value", "") if chosen else text
        data.setdefault(field["name"], []).append(value)
    return data


def foreign(field, people, dsi, network):
    """Return a value that nobody here may give to a field."""
    if isinstance(field, models.ForeignKey):
        others = {Service: dsi.pk, Category: network.pk, get_user_model(): people.victor.pk}
        return others.get(field.related_model, 1)
    if isinstance(field, models.BooleanField):
        return "on"
    return "2001-01-01" if isinstance(field, models.DateField) else "999"


@pytest.mark.parametrize("page", FORMS)
def test_fields_that_a_form_does_not_have_are_ignored(
    page, people, general, heating, dsi, network, manager, arguments, answers, browse
):
    privilege, model, wanted = FORMS[page]
    grant(manager(people.karim), privilege)
    karim = browse(people.karim)
    where = arguments.get(page, (heating if page.startswith("category") else general,))
    shown = karim.get(page, *where)
    assert shown.status_code == 200, page_url(page, *where)
    sent = filled(shown) | wanted | answers.get(page, {})
    # The names that the form has, whatever its fields are called in the database.
    own = {name.rpartition("-")[2] for name in shown.context["form"].fields}
    extra = {
        name: foreign(field, people, dsi, network)
        for kind in (model, *EVERYWHERE)
        for field in kind._meta.concrete_fields
        for name in (field.name, field.attname)
        if name not in own
    } | {"pk": "1", "version": "0", "privileges": "can_manage_managers"}
    outcomes = []
    for more in ({}, extra):
        with transaction.atomic():
            response = karim.post(page, *where, **(sent | more))
            assert response.status_code == 302, response.content.decode()
            outcomes.append(state())
            transaction.set_rollback(True)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0] != state(), "the form did nothing at all"
