"""Unsubscribing from a mail without logging in: the link is signed, a GET only asks."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import View

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.preferences import change_switches
from wagtail_helpdesk.links import find_location
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.mailqueue.unsubscribe import read_mute_token, read_reports_token
from wagtail_helpdesk.models import Service, Ticket
from wagtail_helpdesk.parsing import parse_number

#: In bytes: a form with one button, or the post of a mail program, is much smaller.
MAX_BODY_SIZE = 16 * 1024


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class OneClickView(View):
    """Asks for confirmation on GET, applies the change on POST.

    A mail program posts ``List-Unsubscribe=One-Click`` without cookies (RFC 8058): the signature in
    the URL takes the place of the CSRF token. The form of the page has one like any other.
    """

    http_method_names = ["get", "head", "post"]
    template_name = "wagtail_helpdesk/unsubscribe.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask for confirmation."""
        subject = self.read(token)
        with translation.override(get_reader(subject[0]).language):
            return self.render(request, done="", **self.get_texts(*subject))

    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Apply the change, or undo it.

        The token is checked before the body is read, and a large body is not read at all.
        """
        self.read(token)
        # A length that is no number is refused like a large one.
        size = parse_number(request.META.get("CONTENT_LENGTH") or 0)
        if size is None or size > MAX_BODY_SIZE:
            return HttpResponse(status=413)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return self.apply_request(request, token)
        return csrf_protect(self.apply_request)(request, token)

    def apply_request(self, request: HttpRequest, token: str) -> HttpResponse:
        """Apply the change and offer to undo it."""
        subject = self.read(token)
        undo = "undo" in request.POST
        self.apply(*subject, undo=undo)
        with translation.override(get_reader(subject[0]).language):
            done = "undone" if undo else "done"
            return self.render(request, done=done, **self.get_texts(*subject))

    def render(self, request: HttpRequest, **context: Any) -> HttpResponse:
        """Return the page."""
        return render(request, self.template_name, context)

    def read(self, token: str) -> tuple[Any, ...]:
        """Return the user, and what else the token is about. Raises ``Http404`` if it is not valid."""
        raise NotImplementedError

    def get_texts(self, *subject: Any) -> dict[str, str]:
        """Return the texts of the page."""
        raise NotImplementedError

    def apply(self, *subject: Any, undo: bool) -> None:
        """Apply the change, or undo it."""
        raise NotImplementedError


class MuteView(OneClickView):
    """Mutes one ticket for one user."""

    def read(self, token: str) -> tuple[Any, ...]:
        """Return the user and the ticket, which the user must still be allowed to read."""
        known = read_mute_token(token)
        if known is None:
            raise Http404
        user = _get_active_user(known[0])
        visible = Ticket.objects.visible_to(user).select_related("service__site")
        ticket = visible.filter(pk=known[1]).first()
        if ticket is None:
            raise Http404
        _check_page(user, ticket.service)
        return user, ticket

    def get_texts(self, *subject: Any) -> dict[str, str]:
        """Return texts with the number only: people with a forwarded mail may not read the ticket."""
        number = {"number": subject[1].pk}
        return {
            "question": _("Mute ticket #%(number)s?") % number,
            "done_text": _("Ticket #%(number)s is muted: you will get no more alerts about it.")
            % number,
            "undone_text": _(
                "Ticket #%(number)s is no longer muted: you will get alerts about it again."
            )
            % number,
            "note": _("You’ll still be told if someone asks you a question."),
            "confirm": _("Mute this ticket"),
        }

    def apply(self, *subject: Any, undo: bool) -> None:
        """Mute or unmute the ticket."""
        user, ticket = subject
        (actions.unmute if undo else actions.mute)(ticket, by=user)


class StopReportsView(OneClickView):
    """Suspends one user's daily reports."""

    def read(self, token: str) -> tuple[Any, ...]:
        """Return the user."""
        known = read_reports_token(token)
        if known is None:
            raise Http404
        user = _get_active_user(known)
        _check_page(user)
        return (user,)

    def get_texts(self, *subject: Any) -> dict[str, str]:
        """Return texts that explain what suspending means."""
        return {
            "question": _("Pause daily reports?"),
            "done_text": _("You will get no more daily reports. Your settings are kept."),
            "undone_text": _("You will get your daily reports again."),
            "note": "",
            "confirm": _("Pause daily reports"),
        }

    def apply(self, *subject: Any, undo: bool) -> None:
        """Suspend or activate the reports."""
        change_switches(subject[0], reports_suspended=not undo)


def _get_active_user(pk: Any) -> Any:
    user = get_user_model()._default_manager.filter(pk=pk, is_active=True).first()
    if user is None:
        raise Http404
    return user


def _check_page(user: Any, service: Service | None = None) -> None:
    """Raise ``Http404`` for a user who may not open the helpdesk page: they get no mails either."""
    location = find_location(service, get_reader(user).language)
    if location is not None and not location.is_open_to(user):
        raise Http404
