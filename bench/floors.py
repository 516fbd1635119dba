"""The lower bound of a page: a bare Django view with one query and the same template.

The template and its context are kept from a first request to the real page.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt
from wagtail.models import Site

from wagtail_helpdesk.links import helpdesk_pages
from wagtail_helpdesk.models import Event, Ticket

_kept: dict[str, tuple[Any, Any]] = {}


def page(request: HttpRequest, page: str) -> HttpResponse:
    """Render the template of a page after one query for twenty-five rows."""
    address = request.get_full_path().removeprefix("/floor/")
    if address not in _kept:
        _kept[address] = _answered(address)
    template, context = _kept[address]
    list(Ticket.objects.order_by("-last_activity_at", "-number").values("number", "subject")[:25])
    return render(request, template, context)


def _answered(address: str) -> tuple[Any, Any]:
    """Render the real page, and return its template and context."""
    person, _, path = address.partition("/")
    real = RequestFactory(HTTP_HOST="127.0.0.1").get(f"/assistance/{path}")
    real.user = get_user_model()._default_manager.get(username=person)
    real.session = {}
    real.htmx = False
    (helpdesk,) = helpdesk_pages()
    Site.find_for_request(real)
    view, args, kwargs = helpdesk.resolve_subpage("/" + path.partition("?")[0])
    response = view(real, *args, **kwargs)
    response.render()
    return response.template_name, response.context_data


@csrf_exempt
def post(request: HttpRequest, number: int) -> HttpResponse:
    """Insert a message of a ticket, and nothing else."""
    Event.objects.create(ticket_id=number, action="comment", text="Bonjour", html="<p>Bonjour</p>")
    return HttpResponse(status=204)
