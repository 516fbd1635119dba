"""Lists of people pasted from a mail program."""

import pytest

from wagtail_helpdesk.directory import find_people, split_names

A, B = "lea.fournier@arvelle.example", "thomas.girard@arvelle.example"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"Thomas Girard <{B}>", [B]),
        (f"<{B}>", [B]),
        (f"<mailto:{B}>", [B]),
        (f"{A} {B}", [A, B]),
        (f"<{A}> <{B}>", [A, B]),
        (f"<{A}><{B}>", [A, B]),
        (f"{A},{B};\n", [A, B]),
        (f"{A}\n{B}\r\n", [A, B]),
        (f"{A}\u00a0{B}\u2028lea", [A, B, "lea"]),
        (f"Léa Fournier <{A}>, Thomas Girard <{B}>", [A, B]),
        (f"Fournier, Léa <{A}>; Girard, Thomas <{B}>", [A, B]),
        (f"Fournier, Léa <{A}>, Girard, Thomas <{B}>", [A, B]),
        (f'"Fournier, Léa" <{A}>; "Girard, Thomas" <{B}>', [A, B]),
        (f"'Léa Fournier' <{A}>", [A]),
        (f"{A} (Léa Fournier)", [A]),
        (f"{A} <{A}>", [A]),
        (f"\u200b{A}\ufeff", [A]),
        ("lea, karim;thomas", ["lea", "karim", "thomas"]),
        (f"lea karim@x.example {A}", ["lea", "karim@x.example", A]),
        ("<lea>", ["lea"]),
        ("", []),
        (" , ;\n<>", []),
    ],
)
def test_a_list_of_people_is_read_as_mail_programs_read_it(text, names):
    assert split_names(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"karim, Thomas Girard <{B}>", ["karim", B]),
        (f"thomas, Thomas Girard <{B}>", ["thomas", B]),
        (f"{A}, Thomas Girard <{B}>", [A, B]),
        (f"{A} <{B}>", [A, B]),
        (f"girard; Thomas <{B}>", ["girard", B]),
    ],
)
def test_nobody_who_is_named_beside_an_address_is_left_out(text, names):
    assert split_names(text) == names


@pytest.mark.parametrize("part", ['"', "<", "(", "@", "<a", ", ", '"a" '])
def test_a_hostile_list_is_read_in_one_pass(part):
    assert sum(map(len, split_names(part * 20_000))) <= len(part) * 20_000


def test_pasted_people_are_found(people):
    pasted = f"Fournier, Léa <{A}>; Thomas Girard <{B}>\nkarim"
    assert find_people(pasted) == [people.lea, people.thomas, people.karim]
