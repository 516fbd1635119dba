"""Hostile queries and texts are plain words to the search."""

from wagtail_helpdesk import actions
from wagtail_helpdesk.search import search

HOSTILE = [
    '"', '""', '"radiateur', "'", "''", "\x00", "radiateur\x00froid", "%", "_", "*", "a*", "(", ")",
    "(((((", "radiateur)", "AND", "OR NOT", "NEAR(a b)", "a NEAR/2 b", "subject:x", "{about}: x",
    "^radiateur", "-radiateur", "+", "a & b", "a | !b", "<->", ":*", ":A", "x:*B", "\\", "\\'",
    "'; DROP TABLE wagtail_helpdesk_ticket; --", "<script>alert(1)</script>", "%s", "%(x)s", "{}",
    "x" * 2000, "é" * 2000, "%" * 2000, "a " * 1000, '" ' * 1000, "\ud7ff\ue000\ufffd", "🔥", "e\u0301" * 900,
    "\u202e\u200b", "½ ² ﬁ ①", "١٢٣", "#", "#0", "#-1", "# 99999999999999999999", "9" * 18, "1e999999",
    "\n\r\t", "᠎", "ㅤ", "क्षि", "가각", "İstanbul", "ẞ", "1.2.3.4", "/etc/passwd", "-12.5e3",
]  # fmt: skip


def test_a_hostile_question_is_answered(find_tickets, people, ticket):
    for question in HOSTILE:
        assert find_tickets(people.karim, question) in ([], [ticket.pk]), repr(question)


def test_a_hostile_message_is_indexed(find_tickets, people, ticket):
    for number, text in enumerate(HOSTILE):
        actions.comment(ticket, by=people.lea, text=f"xylophone{number:03} {text}")
    for number, text in enumerate(HOSTILE):
        assert find_tickets(people.karim, f"xylophone{number:03}") == [ticket.pk], repr(text)


def test_operators_are_words(find_tickets, people, ticket):
    actions.comment(ticket, by=people.lea, text="Research AND development")
    assert find_tickets(people.karim, "radiateur AND introuvable") == []
    assert len(find_tickets(people.karim, "research and development")) == 1


def test_a_passage_is_escaped(find_passages, people, ticket):
    actions.comment(ticket, by=people.lea, text="Le champ `<b>gras</b>` & la suite")
    assert find_passages(people.karim, "gras") == [
        "Le champ &lt;b&gt;<mark>gras</mark>&lt;/b&gt; &amp; la suite"
    ]


def test_a_subject_is_escaped(find_tickets, people, heating):
    actions.open_ticket(heating, by=people.lea, subject="<i>Fuite</i>", text="Au sous-sol.")
    find_tickets(people.karim, "fuite")
    (hit,) = search(people.karim, "fuite").hits
    assert hit.subject == "&lt;i&gt;<mark>Fuite</mark>&lt;/i&gt;"


def test_ligatures_do_not_end_a_lone_surrogate_crash(people, ticket):
    assert search(people.karim, "a\ud800b").hits == []
