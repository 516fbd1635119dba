"""Pages of the demonstration: a tour, becoming a person of the cast in one click, and all mails."""

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from demo.hosts import SESSION_KEY, find_host
from demo.loading import helpdesk_url
from demo.mailbox import Mail, Mailbox
from demo.people import PARTS, by_address, by_username, choose_language
from demo.tokens import TOKENS, TONES, list_icons
from demo.tour import CAST, build_tour
from example.csp import HEADER
from wagtail_helpdesk.contrib.mail_in.models import IncomingState
from wagtail_helpdesk.contrib.mail_in.receive import receive_mail

# Mails are untrusted HTML: own styles, no script, nothing loaded, links replace the page.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


@require_safe
@never_cache
def tour(request: HttpRequest) -> HttpResponse:
    """Lead through the main job, and show which steps are done."""
    language = "en" if get_language() == "en" else "fr"
    parts = build_tour(request, language, _mailbox())
    return render(request, "demo/tour.html", {"parts": parts, "language": language})


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show the people of the cast, each with a button."""
    return render(
        request,
        "demo/people.html",
        {"parts": PARTS, "next": request.GET.get("next", "")},
    )


@require_POST
def become(request: HttpRequest, username: str) -> HttpResponse:
    """Log in as a person of the cast, without a password.

    With `language`, from the tour: its people read this language from now on.
    """
    if not settings.DEMO:
        raise Http404
    person = by_username(username)
    if person is None or not person.active:
        raise Http404
    user = get_object_or_404(get_user_model(), username=username)
    if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
        choose_language(CAST, language)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(_get_next(request) or helpdesk_url(request, person.language))


def _get_next(request: HttpRequest) -> str:
    """Return the page of this site that the form names as the next one; else nothing."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours else ""


@require_POST
def choose_host(request: HttpRequest) -> HttpResponse:
    """Keep in the session which site is shown around the helpdesk."""
    host = find_host(request.POST.get("host"))
    if host is None:
        raise Http404
    request.session[SESSION_KEY] = host.name
    return redirect(_get_next(request) or "people")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the tokens and components of the style sheet, in all their states."""
    context = {"tokens": TOKENS, "tones": TONES, "icons": list_icons()}
    return render(request, "demo/styleguide.html", context)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the received mails, newest first; `?to=` filters by recipient."""
    recipient = request.GET.get("to", "")
    mails = Paginator(_mailbox().to(recipient), 50).get_page(request.GET.get("page"))
    context = {
        "mails": mails,
        "recipient": recipient,
        "recipients": _mailbox().recipients(),
    }
    return render(request, "demo/mails.html", context)


@require_safe
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """Show one mail: text part, HTML part in a frame, headers."""
    mail = _mail_or_404(key)
    readers = [person for address in mail.recipients if (person := by_address(address))]
    states = dict(IncomingState.choices)
    context = {
        "mail": mail,
        "readers": readers,
        "became": states.get(request.GET.get("became", "")),
    }
    return render(request, "demo/mail.html", context)


@require_POST
def reply(request: HttpRequest, key: str) -> HttpResponse:
    """Send a reply of the recipient, as their mail program and the mail server would."""
    if not settings.DEMO:
        raise Http404
    answered, text = _mail_or_404(key), request.POST.get("text", "")
    if not answered.reply_to:
        raise Http404
    raw = answered.make_reply(text)
    _mailbox().put(raw)
    state = receive_mail(raw).state
    return redirect(f"{reverse('mail', args=[key])}?became={state}#reply")


@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """Return the HTML part of a mail, for the frame."""
    # Its links replace the page around the frame, as they would open a page from a mail program.
    html = f'<base target="_top">{_mail_or_404(key).html}'
    return HttpResponse(html, headers={HEADER: MAIL_POLICY})


def _mailbox() -> Mailbox:
    return Mailbox(settings.DEMO_STATE / "mail")


def _mail_or_404(key: str) -> Mail:
    try:
        return _mailbox().get(key)
    except LookupError:
        raise Http404 from None
