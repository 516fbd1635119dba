"""What ``tests/test_own_user_model.py`` runs in a process of its own: the user model is chosen once."""

import json

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from wagtail.models import Site  # noqa: E402

from wagtail_helpdesk import actions  # noqa: E402
from wagtail_helpdesk.directory import find_people, search_people  # noqa: E402
from wagtail_helpdesk.models import Category, SearchRow, Service, ServiceManager  # noqa: E402
from wagtail_helpdesk.names import get_display_name  # noqa: E402
from wagtail_helpdesk.pages.models import HelpdeskPage  # noqa: E402
from wagtail_helpdesk.search.indexing import index_missed_events  # noqa: E402


def walk() -> dict[str, object]:
    """Open a ticket, read its pages, look for people; return what was answered."""
    call_command("migrate", verbosity=0)
    setup_test_environment()
    people = get_user_model().objects
    lea = people.create(login="lea", full_name="Léa Fournier", mailbox="lea@arvelle.example")
    karim = people.create(login="karim", full_name="Karim Benali", is_superuser=True)
    nameless = people.create(login="p-001")
    service = Service.objects.create(name="Services Généraux")
    heating = Category.objects.create(service=service, name="Chauffage")
    ServiceManager.objects.create(service=service, user=karim)
    root = Site.objects.get(is_default_site=True).root_page
    root.add_child(instance=HelpdeskPage(title="Assistance", slug="assistance"))
    ticket = actions.open_ticket(heating, by=lea, subject="Froid", text="Il gèle.")
    actions.invite(ticket, by=lea, users=find_people("lea@arvelle.example, p-001")[1:])
    browser = Client()
    browser.force_login(karim)
    pages = {
        "/assistance/": "Chauffage",
        "/assistance/desk/": "Léa Fournier",
        f"/assistance/tickets/{ticket.pk}/": "Léa Fournier",
        f"/assistance/tickets/{ticket.pk}/invite/": "p-001",
        reverse("helpdesk_categories:members", args=[heating.pk]) + "?q=benali": "Karim Benali",
        reverse("helpdesk_services:managers", args=[service.pk]): "Karim Benali",
    }
    answers = {}
    for path, sought in pages.items():
        response = browser.get(path)
        answers[path] = (response.status_code, sought in response.content.decode())
    index_missed_events()
    return {
        "pages": answers,
        "names": [get_display_name(lea), get_display_name(nameless)],
        "found": [candidate.identifier for candidate in search_people("fournier lea")],
        "indexed": SearchRow.objects.filter(about__contains="lea fournier").exists(),
    }


print(json.dumps(walk()))  # noqa: T201
