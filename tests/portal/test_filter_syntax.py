"""Filters as text: any text can be read, and is written so that it is read again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wagtail_helpdesk.portal.desk.filter_syntax import (
    MAX_LENGTH,
    MAX_TERMS,
    FilterTerm,
    FilterText,
    format_terms,
    parse_terms,
)

#: Pieces of filters, in any combination.
texts = st.lists(
    st.sampled_from(
        ["is:", "from:", "de:", "x:", '"', "“", "»", ":", " ", "\t", "léa", "free", "2d", "\0", "'"]
    )
    | st.text(max_size=8),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("wifi", [("", "wifi")]),
        (
            'is:free service:dsi older:2d from:"léa" assignee:karim wifi',
            [
                ("is", "free"),
                ("service", "dsi"),
                ("older", "2d"),
                ("from", "léa"),
                ("assignee", "karim"),
                ("", "wifi"),
            ],
        ),
        ("EST:libre de:«  Léa   Fournier »", [("is", "libre"), ("from", "Léa Fournier")]),
        ("erreur: disque", [("", "erreur:"), ("", "disque")]),
        ("http://x.example/a?b", [("", "http://x.example/a?b")]),
        ('"is:free"', [("", "is:free")]),
        ('from:"léa', [("from", "léa")]),
        ('from:"" from: ', [("", "from:")]),
        ("12:30", [("", "12:30")]),
    ],
)
def test_a_text_is_taken_apart(text, terms):
    assert parse_terms(text) == FilterText(tuple(FilterTerm(*term) for term in terms))


@given(texts)
@example('from:"')
@example('x:"is:free"')
def test_what_is_written_is_read_as_the_same_terms(text):
    terms = parse_terms(text).terms
    written = format_terms(terms)
    if len(written) <= MAX_LENGTH:
        assert parse_terms(written) == FilterText(terms)


@given(texts)
def test_no_term_is_empty_or_holds_a_quote(text):
    for term in parse_terms(text).terms:
        assert term.value.strip()
        assert '"' not in term.value


@given(st.text(max_size=10_000) | st.sampled_from(['"' * 10_000, "a" * 10_000, "a:" * 5000]))
def test_a_text_of_any_length_gives_a_bounded_number_of_terms(text):
    read = parse_terms(text)
    assert len(read.terms) <= MAX_TERMS
    assert sum(len(term.value) for term in read.terms) <= MAX_LENGTH
    assert read.is_cut or len(text) <= MAX_LENGTH


def test_a_term_is_written_in_the_language_in_which_it_was_typed():
    assert format_terms(parse_terms("est:libre de:«Léa F»").terms) == 'est:libre de:"Léa F"'
