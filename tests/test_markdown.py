"""Messages as HTML: what people may write, and what never reaches a reader's browser."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils.safestring import SafeString
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wagtail_helpdesk.markdown import render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**gras** et *italique*", "<p><strong>gras</strong> et <em>italique</em></p>"),
        ("~~non~~", "<p><s>non</s></p>"),
        ("une\nautre", "<p>une<br>\nautre</p>"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
        ("3. trois", '<ol start="3">\n<li>trois</li>\n</ol>'),
        ("> cité", "<blockquote>\n<p>cité</p>\n</blockquote>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("# Titre", "<h3>Titre</h3>"),
        ("##### Titre", "<h6>Titre</h6>"),
        ("Titre\n===", "<h3>Titre</h3>"),
        ("", ""),
    ],
)
def test_what_people_write_is_shown_as_they_mean_it(text, html):
    assert render(text).strip() == html


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("voir https://arvelle.example/a?b=1&c=2", "https://arvelle.example/a?b=1&amp;c=2"),
        ("voir www.arvelle.fr", "http://www.arvelle.fr"),
        ("lea@arvelle.fr", "mailto:lea@arvelle.fr"),
        ("[ici](https://arvelle.example)", "https://arvelle.example"),
        ("[tél.](tel:+33100000000)", "tel:+33100000000"),
    ],
)
def test_addresses_become_links_that_tell_nobody_where_one_comes_from(text, target):
    html = render(text)
    assert f'href="{target}"' in html
    assert 'rel="noopener noreferrer nofollow ugc"' in html


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
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.gif)",
        '[x](https://a.example "\\" onmouseover=alert(1) \\"")',
        "<a href='x' onclick='y'>z</a>",
        "<svg><script>alert(1)</script></svg>",
        "| a |\n|:-:|\n| b |",
    ],
)
def test_nothing_runs_loads_or_leads_where_it_should_not(text):
    assert dangers(render(text)) == []


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
    html = render(text)
    assert isinstance(html, SafeString)
    assert dangers(html) == []


def test_two_messages_rendered_at_once_keep_their_links():
    texts = [f"voir https://site{i}.example/page et encore {'x' * i}" for i in range(200)]
    alone = [render(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(render, texts)) == alone


def test_a_line_of_a_log_is_not_taken_for_the_definition_of_a_link():
    assert "[ERROR]: timeout" in render("[ERROR]: timeout")


def test_a_table_of_empty_cells_does_not_swell_the_page():
    text = "|" * 50 + "\n" + "|-" * 50 + "|\n" + "|\n" * 5000
    assert len(render(text)) < 20 * len(text)
