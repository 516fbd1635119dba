"""The people of the cast, two small services, tickets in every status, and the helpdesk page."""

import datetime
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from wagtail.models import Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from tests import cast
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service, ServiceManager, Ticket

#: The day of the run, for values needed before a test begins; a test that uses it needs ``noon``.
TODAY = timezone.localdate()


@pytest.fixture
def people(db):
    """The users of the cast, by first name."""
    return SimpleNamespace(**cast.people())


def service_of(name, categories, *managers):
    """Create a service with its categories and managers."""
    with disable_reference_index_auto_update():
        service = Service.objects.create(name=name)
        ServiceManager.objects.bulk_create(
            ServiceManager(service=service, user=manager) for manager in managers
        )
        for category in categories:
            Category.objects.create(service=service, name=category)
    return service


@pytest.fixture
def general(people):
    """Services Généraux, with the managers Karim, Sophie, Julien, and Hugo without privileges."""
    service = service_of(
        "Services Généraux",
        ["Électricité", "Chauffage", "Plomberie"],
        people.karim,
        people.sophie,
        people.julien,
    )
    bare = {privilege.value: False for privilege in Privilege}
    ServiceManager.objects.create(service=service, user=people.hugo, **bare)
    return service


@pytest.fixture
def heating(general):
    return general.categories.get(name="Chauffage")


@pytest.fixture
def plumbing(general):
    return general.categories.get(name="Plomberie")


@pytest.fixture
def dsi(people):
    """DSI, with the managers Nadia and Julien."""
    return service_of("DSI", ["Réseau", "Postes de travail"], people.nadia, people.julien)


@pytest.fixture
def network(dsi):
    return dsi.categories.get(name="Réseau")


@pytest.fixture
def ticket(people, heating) -> Ticket:
    """A free ticket of Léa about a cold radiator."""
    return actions.open_ticket(
        heating, by=people.lea, subject="Radiateur froid en salle A12", text="Il fait 14 degrés."
    )


@pytest.fixture
def taken(ticket, people) -> Ticket:
    """The ticket, with Karim in charge."""
    actions.take(ticket, by=people.karim)
    return ticket


@pytest.fixture
def incomplete(taken, people) -> Ticket:
    """The ticket; Karim has asked Léa for information."""
    actions.ask_information(taken, by=people.karim, text="Quel étage ?")
    return taken


@pytest.fixture
def postponed(taken, people) -> Ticket:
    """The ticket, postponed by Karim without a date."""
    actions.postpone(taken, by=people.karim)
    return taken


@pytest.fixture
def invited(taken, people) -> Ticket:
    """The ticket, with Thomas as a guest."""
    actions.invite(taken, by=people.karim, users=[people.thomas])
    return taken


@pytest.fixture
def public(ticket, people) -> Ticket:
    """The ticket, free and public."""
    actions.change_visibility(ticket, by=people.lea, to="public")
    return ticket


@pytest.fixture
def closed(taken, people) -> Ticket:
    """The ticket, closed by Karim and not yet approved by Léa."""
    actions.close(taken, by=people.karim, text="Vanne remplacée.")
    return taken


@pytest.fixture
def approved(closed, people) -> Ticket:
    """The ticket, closed and approved."""
    actions.approve_closure(closed, by=people.lea)
    return closed


@pytest.fixture
def cancelled(taken, people) -> Ticket:
    """The ticket, cancelled by Léa while Karim was in charge."""
    actions.cancel(taken, by=people.lea)
    return taken


@pytest.fixture
def helpdesk(db):
    """The helpdesk page of the site, at /assistance/."""
    # Imported here: a site with a base page of its own does not install this app.
    from wagtail_helpdesk.pages.models import HelpdeskPage

    root = Site.objects.get(is_default_site=True).root_page
    with disable_reference_index_auto_update():
        return root.add_child(instance=HelpdeskPage(title="Assistance en ligne", slug="assistance"))


@pytest.fixture
def world(people, heating, plumbing, network) -> SimpleNamespace:
    """People and categories together, for tests of every verb."""
    return SimpleNamespace(**vars(people), heating=heating, plumbing=plumbing, network=network)


def privileged(service, user, **privileges) -> None:
    """Set privileges of a manager in a service."""
    ServiceManager.objects.filter(service=service, user=user).update(**privileges)


@pytest.fixture
def a_day_to_come() -> datetime.date:
    """The date in seven days."""
    return timezone.localdate() + datetime.timedelta(days=7)


@pytest.fixture
def noon(time_machine) -> None:
    """Set the clock to noon of ``TODAY``, because a run may continue past midnight."""
    time_machine.move_to(timezone.make_aware(datetime.datetime.combine(TODAY, datetime.time(12))))


@pytest.fixture
def a_new_hour(time_machine) -> None:
    """Stop the clock at the beginning of an hour, so that periods of rate limits do not end."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    time_machine.move_to(hour + datetime.timedelta(hours=1), tick=False)


@pytest.fixture
def travel():
    """Return a function that moves the clock forward: ``travel(days=3)``, ``travel(to=…)``."""
    start = timezone.now()
    with ExitStack() as clocks:

        def go(to: datetime.date | None = None, **later) -> None:
            moment = start + datetime.timedelta(**later)
            if to is not None:
                moment = timezone.make_aware(datetime.datetime.combine(to, datetime.time(12)))
            clocks.enter_context(time_machine.travel(moment))

        yield go


@pytest.fixture
def empty_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("vide.txt", b"")
