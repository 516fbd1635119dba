"""The examples of docs/how-to/code.md, one after the other, as a host's own code."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.actions.refusals import history
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.signals import event_recorded

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "code.md"


@pytest.fixture
def example_variables(people, heating, django_capture_on_commit_callbacks):
    """What the examples leave, by the names they give it."""
    shown = []
    names = {
        "category": heating,
        "display": SimpleNamespace(show=shown.append),
        "shown_numbers": shown,
        **vars(people),
    }
    for example in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        with django_capture_on_commit_callbacks(execute=True):
            exec(example, names)
    yield SimpleNamespace(**names)
    event_recorded.disconnect(names["show_new_tickets"])


def test_the_verbs_follow_one_another(example_variables):
    assert history(example_variables.ticket) == [
        "open_ticket",
        "take",
        "ask_information",
        "release",
        "take",
    ]


def test_the_second_person_to_take_a_ticket_learns_who_took_it(example_variables):
    assert example_variables.now_in_charge == example_variables.sophie


def test_what_is_sent_twice_is_done_once(example_variables):
    assert example_variables.attempt == 1
    assert Ticket.objects.filter(subject="Leak").get() == example_variables.leak


def test_the_receiver_of_the_signal_is_called(
    example_variables, people, heating, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        opened = example_variables.actions.open_ticket(
            heating, by=people.lea, subject="Froid", text="14 °C."
        )
    assert example_variables.shown_numbers == [opened.number]


def test_the_examples_read_tickets_history_and_buttons_of_each_person(example_variables):
    assert set(example_variables.karims_tickets) == {
        example_variables.ticket,
        example_variables.leak,
    }
    assert set(example_variables.leas_own) == {example_variables.ticket, example_variables.leak}
    assert [event.action for event in example_variables.history] == history(
        example_variables.ticket
    )
    assert example_variables.buttons
