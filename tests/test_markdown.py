"""Messages as HTML: every word shows, what people may format, and what never reaches a browser."""

import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import showing
from tests.hostile_texts import REPEATED, TYPED, of_length
from wagtail_helpdesk import markdown
from wagtail_helpdesk.characters import clean_text
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.markdown import render_message, strip_html, truncate_html
from wagtail_helpdesk.notifications.alert_quotes import QuotedEvent, quote_text
from wagtail_helpdesk.search.normalisation import parse_query
from wagtail_helpdesk.search.passages import extract_passage

LONGEST = 20_000


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**gras** et *en italique*", "<p><strong>gras</strong> et <em>en italique</em></p>"),
        ("*mot*", "<p><em>*mot*</em></p>"),
        ("~~non~~", "<p><s>non</s></p>"),
        ("**deux\nlignes**", "<p><strong>deux<br>\nlignes</strong></p>"),
        ("une\nautre", "<p>une<br>\nautre</p>"),
        ("une\x0bautre\u2028fin", "<p>une<br>\nautre<br>\nfin</p>"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
        ("3. trois\n5. cinq", "<p>3. trois<br>\n5. cinq</p>"),
        ("> cité", "<blockquote>\n<p>cité</p>\n</blockquote>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```\nls *.py\n```", "<pre><code>ls *.py\n</code></pre>"),
        ("# Titre", "<p># Titre</p>"),
        ("", ""),
    ],
)
def test_what_people_write_is_shown_as_they_mean_it(text, html):
    assert render_message(text).strip() == html


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("voir https://arvelle.example/a?b=1&c=2", "https://arvelle.example/a?b=1&amp;c=2"),
        ("voir www.arvelle.fr.", "http://www.arvelle.fr"),
        (
            "(voir https://fr.wikipedia.org/wiki/Caen_(ville))",
            "https://fr.wikipedia.org/wiki/Caen_(ville)",
        ),
        ("lea@arvelle.fr", "mailto:lea@arvelle.fr"),
        ("**https://arvelle.example**", "https://arvelle.example"),
        ("[ici](https://arvelle.example)", "https://arvelle.example"),
        ("[tél.](tel:+33100000000)", "tel:+33100000000"),
    ],
)
def test_urls_become_links_without_referrer(text, target):
    html = render_message(text)
    assert f'href="{target}"' in html
    assert 'rel="noopener noreferrer nofollow ugc"' in html


@pytest.mark.parametrize(
    "text",
    [
        "setup.py", "README.md", "script.sh", "arvelle.fr", "//arvelle.fr", "ftp://arvelle.fr", "www.arvelle",
        "https://", "https:///admin", "P@ss*w0rd*12", "lea@localhost", "[x](https:/admin/logout/)",
        "[x](https:admin)", "[x](https:///admin/)",
    ],
)  # fmt: skip
def test_text_that_only_looks_like_a_url_is_no_link(text):
    assert "<a" not in render_message(text)


@st.composite
def _made_of_marks(draw):
    return "".join(draw(st.lists(st.sampled_from(MARKS), max_size=40)))


MARKS = [
    "*", "**", "***", "~~", "`", "```", "\n", "\n\n", "\n> ", "\n>> ", "\n- ", "\n  - ", "\n  ", "[", "](", "]", ")",
    "https://a.fr", "www.a.fr", "a@b.fr", "mot", " ", "5", "°", ".", "|", "\\", "_", "\n1. ", "\n---\n", "\n```\n", "<",
    "&amp;", "#", "\t", "\u2028", "\u00a0", "é",
]  # fmt: skip
TEXTS = st.one_of(_made_of_marks(), st.text(max_size=200), st.sampled_from(TYPED))


def mail_with(text):
    """Return the parts of an alert that carries a message, between two sentences."""
    entry = QuotedEvent(
        sentence="BEGIN",
        when="30 Nov 2026, 09:49",
        text=quote_text(clean_text(text)),
        html=render_message(text),
        files=("END",),
    )
    spec = MailSpec(
        reader=MailReader("karim@arvelle.example", "en", ZoneInfo("Europe/Paris")),
        service=None,
        subject="Froid",
        template="alert",
        context={"entries": [entry]},
        message_id="<1@arvelle.example>",
    )
    mail = build_message(spec)
    return str(mail.body), str(mail.alternatives[0][0])


@settings(deadline=None)  # A busy machine is no defect.
@given(text=TEXTS)
def test_every_word_and_sign_shows_on_the_page(text):
    showing.check(render_message(text), text)


@pytest.mark.parametrize("text", TYPED)
def test_every_word_and_sign_that_people_were_seen_to_lose_shows(text):
    showing.check(render_message(text), text)


@settings(deadline=None, max_examples=50)
@given(text=TEXTS)
def test_every_word_and_sign_shows_in_the_html_mail(text):
    _, html = mail_with(text)
    found = re.search(r'<div class="message"[^>]*>(.*?)</div>', html, re.DOTALL)
    showing.check(found[1] if found else "", text)


@settings(deadline=None, max_examples=50)
@given(text=TEXTS)
def test_every_word_and_sign_shows_in_the_text_mail(text):
    body, _ = mail_with(text)
    lines = body.partition("BEGIN")[2].rpartition("Attached:")[0].split("\n")[1:]
    shown = "".join(showing.signs(line).removeprefix(">") for line in lines)
    # Marks of direction are left out of a mail: they would turn around what the helpdesk says.
    assert shown == re.sub("[\u202a-\u202e]", "", showing.signs(text))


@settings(deadline=None)
@given(text=TEXTS)
def test_every_word_and_sign_of_the_page_shows_in_a_passage_of_the_search(text):
    html = render_message(text)
    found = extract_passage(strip_html(html)[:200], parse_query("introuvable"))
    assert showing.shown(html).startswith(showing.shown(found))
    assert showing.signs(strip_html(html)) == showing.shown(html)


@settings(deadline=None)
@given(text=TEXTS, length=st.integers(0, 60))
def test_a_message_that_is_cut_shows_its_beginning(text, length):
    html = render_message(text)
    short = truncate_html(html, length)
    assert unescape(strip_tags(short)) == unescape(strip_tags(html))[:length]
    assert isinstance(short, SafeString)
    assert dangers(short) == []


# -- bounded work ------------------------------------------------------------------------------


def calls_to_render(text):
    """Return how many calls rendering a text takes, those of built-in functions included."""
    count = 0

    def note(frame, event, arg):
        nonlocal count
        count += event in ("call", "c_call")

    render_message("")
    sys.setprofile(note)
    try:
        render_message(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("beginning", REPEATED)
def test_a_text_twice_as_long_is_at_most_twice_the_work(beginning):
    short, long = (calls_to_render(of_length(beginning, size)) for size in (2000, 4000))
    assert long <= 2.1 * short + 200
    assert long <= 40 * 4000


@pytest.mark.parametrize("beginning", REPEATED)
def test_no_text_swells_the_page(beginning):
    assert (
        len(render_message(of_length(beginning, LONGEST))) <= 8 * LONGEST + 150 * markdown.MAX_LINKS
    )


def test_the_time_inside_regular_expressions_is_bounded():
    """Calls do not show how far an expression goes back: a limit of the system does."""
    code = (
        "from django.conf import settings; settings.configure()\n"
        "from tests.hostile_texts import REPEATED, of_length\n"
        "from wagtail_helpdesk.markdown import render_message, strip_html, truncate_html\n"
        "for text in REPEATED:\n"
        "    for ending in 'x', ')', ' ', '.':\n"
        f"        html = render_message(of_length(text, {LONGEST}, ending)); strip_html(html); truncate_html(html, 12000)"
    )

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=limit)


def test_only_so_many_urls_of_a_text_become_links():
    html = render_message("www.arvelle.fr " * (markdown.MAX_LINKS + 5))
    assert html.count("<a ") == markdown.MAX_LINKS


# -- safety ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<style>p{display:none}</style>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](/admin/logout/)",
        "[x](//evil.example)",
        "[x](https:/admin/logout/)",
        "[x](https:admin)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.gif)",
        '[x](https://a.example "\\" onmouseover=alert(1) \\"")',
        "<a href='x' onclick='y'>z</a>",
        "<svg><script>alert(1)</script></svg>",
        "| a |\n|:-:|\n| b |",
    ],
)
def test_rendered_html_contains_no_script_resource_or_unsafe_link(text):
    assert dangers(render_message(text)) == []


def dangers(html):
    """Tags, attributes and addresses that no message may have."""
    tags = re.findall(r"<([a-z0-9]+)", html)
    inside = " ".join(re.findall(r"<[a-z0-9]+\s([^>]*)>", html))
    attributes = re.findall(r'([a-z-]+)="', inside)
    addresses = re.findall(r'href="([^"]*)"', html)
    return (
        [tag for tag in tags if tag in {"script", "style", "img", "svg", "iframe", "form", "input"}]
        + [name for name in attributes if name.startswith("on") or name in {"style", "src", "id"}]
        + [a for a in addresses if not re.match(r"(https?|mailto|tel):", a)]
    )


@settings(deadline=None)  # A busy machine is no defect.
@given(text=st.text(max_size=300))
@example("[" * 300)
@example("> " * 150)
@example("*" * 300)
@example("<" * 300)
def test_any_text_is_rendered_and_safe(text):
    html = render_message(text)
    assert isinstance(html, SafeString)
    assert dangers(html) == []


def test_two_messages_rendered_at_once_keep_their_links():
    texts = [f"voir https://site{i}.example/page et encore {'x' * i}" for i in range(200)]
    alone = [render_message(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(render_message, texts)) == alone
