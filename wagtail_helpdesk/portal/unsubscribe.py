"""Saying “no more of this” from a mail, without logging in: the link is signed, a GET only asks."""

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
from wagtail_helpdesk.mailqueue import health as health_of_mails
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.mailqueue.unsubscribe import read_mute_token, read_reports_token
from wagtail_helpdesk.models import Service, Ticket

#: Bytes of a form with one button, or of what a mail program posts, and some to spare.
MAX_BODY = 16 * 1024


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class OneClickView(View):
    """Asks on GET, acts on POST.

    A mail program posts ``List-Unsubscribe=One-Click`` by itself (RFC 8058) and has no cookie: the
    signature in the address stands for it. The form of the page is protected as any other.
    """

    http_method_names = ["get", "head", "post"]
    template_name = "wagtail_helpdesk/oneclick.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask whether it is meant."""
        subject = self.read(token)
        with translation.override(get_reader(subject[0]).language):
            return self.show(request, done="", **self.words(*subject))

    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Do it, or take it back.

        The address is examined before anything that was sent is read, and little of that is read.
        """
        self.read(token)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return HttpResponse(status=413)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return self.act(request, token)
        return csrf_protect(self.act)(request, token)

    def act(self, request: HttpRequest, token: str) -> HttpResponse:
        """Do what was asked for, and offer to take it back."""
        subject = self.read(token)
        undo = "undo" in request.POST
        self.apply(*subject, undo=undo)
        with translation.override(get_reader(subject[0]).language):
            return self.show(request, done="undone" if undo else "done", **self.words(*subject))

    def show(self, request: HttpRequest, **context: Any) -> HttpResponse:
        """Answer with the page."""
        return render(request, self.template_name, context)

    def read(self, token: str) -> tuple[Any, ...]:
        """Return whom and what the signed address is about; 404 when it is false, old or dead."""
        raise NotImplementedError

    def words(self, *subject: Any) -> dict[str, str]:
        """Return what the page says."""
        raise NotImplementedError

    def apply(self, *subject: Any, undo: bool) -> None:
        """Act."""
        raise NotImplementedError


class MuteView(OneClickView):
    """Mutes one ticket for one person."""

    def read(self, token: str) -> tuple[Any, ...]:
        """Return the person and the ticket, which they must still be allowed to read."""
        known = read_mute_token(token)
        if known is None:
            raise Http404
        user = _person(known[0])
        visible = Ticket.objects.visible_to(user).select_related("service__site")
        ticket = visible.filter(pk=known[1]).first()
        if ticket is None:
            raise Http404
        _check_page(user, ticket.service)
        return user, ticket

    def words(self, *subject: Any) -> dict[str, str]:
        """Speak of the ticket by its number alone: whoever has the mail may not be its reader."""
        number = {"number": subject[1].pk}
        return {
            "question": _("No more alerts about ticket no. %(number)s?") % number,
            "done_text": _("You will get no more alerts about ticket no. %(number)s.") % number,
            "undone_text": _("You will get alerts about ticket no. %(number)s again.") % number,
            "note": _("You will still receive any questions put to you."),
            "confirm": _("No more alerts about this ticket"),
        }

    def apply(self, *subject: Any, undo: bool) -> None:
        """Mute, or hear again."""
        user, ticket = subject
        (actions.unmute if undo else actions.mute)(ticket, by=user)


class StopReportsView(OneClickView):
    """Suspends one person's daily reports."""

    def read(self, token: str) -> tuple[Any, ...]:
        """Return the person."""
        known = read_reports_token(token)
        if known is None:
            raise Http404
        user = _person(known)
        _check_page(user)
        return (user,)

    def words(self, *subject: Any) -> dict[str, str]:
        """Say what suspending means."""
        return {
            "question": _("Suspend the daily reports?"),
            "done_text": _("You will get no more daily reports. Your settings are kept."),
            "undone_text": _("You will get your daily reports again."),
            "note": "",
            "confirm": _("Suspend the daily reports"),
        }

    def apply(self, *subject: Any, undo: bool) -> None:
        """Suspend, or activate again."""
        change_switches(subject[0], reports_suspended=not undo)


def _person(pk: int) -> Any:
    user = get_user_model()._default_manager.filter(pk=pk, is_active=True).first()
    if user is None:
        raise Http404
    return user


def _check_page(user: Any, service: Service | None = None) -> None:
    """Raise ``Http404`` for a person who may not open the helpdesk page: they get no mails either."""
    place = find_location(service, get_reader(user).language)
    if place is not None and not place.is_open_to(user):
        raise Http404


@never_cache
def report_health(request: HttpRequest) -> HttpResponse:
    """Say whether mails go out, and nothing more: anybody may ask (a monitor, mostly)."""
    well = health_of_mails.examine_health().level < 2
    return HttpResponse(
        "ok" if well else "fail", content_type="text/plain", status=200 if well else 503
    )
