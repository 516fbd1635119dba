"""A kind of mail that another app registers with the queue."""

import pytest
from django.core.mail import EmailMessage

from wagtail_helpdesk.mailqueue import kinds
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import MailState, OutgoingMail, SkipReason


class WelcomeComposer(kinds.MailComposer):
    """Greets new people, except Marcel; remembers the mails that could not be sent."""

    skipped: list[SkipReason] = []

    def compose(self, mail, reader):
        if reader.name.startswith("Marcel"):
            return SkipReason.SWITCHED_OFF
        return EmailMessage("Welcome", f"Hello {reader.name}", to=[reader.email])

    def record_skip(self, mail, reason):
        self.skipped.append(reason)


@pytest.fixture
def queue_welcome_mail(people):
    """Register the kind; return a function that queues a mail."""
    kinds.register_kind("welcome", "welcome", WelcomeComposer)
    WelcomeComposer.skipped = []
    yield lambda user: OutgoingMail.objects.create(
        kind="welcome", user=user, message_id=f"<{user.pk}@example.org>"
    )
    if "welcome" in {kind.name for kind in kinds.get_kinds()}:
        kinds.unregister_kind("welcome")


def test_a_mail_of_a_registered_kind_is_composed_and_sent(queue_welcome_mail, people, mailoutbox):
    mail = queue_welcome_mail(people.lea)
    assert deliver() == {MailState.SENT: 1}
    assert [message.body for message in mailoutbox] == ["Hello Léa Fournier"]
    mail.refresh_from_db()
    assert mail.state == MailState.SENT


def test_a_composer_may_refuse_to_send(queue_welcome_mail, people, mailoutbox):
    people.marcel.email = "marcel@example.org"
    people.marcel.save()
    mail = queue_welcome_mail(people.marcel)
    assert deliver() == {MailState.SKIPPED: 1}
    mail.refresh_from_db()
    assert mail.skipped == SkipReason.SWITCHED_OFF


def test_a_composer_learns_that_a_recipient_cannot_get_mail(queue_welcome_mail, people):
    people.lea.is_active = False
    people.lea.save()
    queue_welcome_mail(people.lea)
    deliver()
    assert WelcomeComposer.skipped == [SkipReason.INACTIVE]


def test_a_mail_of_an_unknown_kind_waits_in_the_queue(queue_welcome_mail, people):
    mail = queue_welcome_mail(people.lea)
    kinds.unregister_kind("welcome")
    assert deliver() == {}
    mail.refresh_from_db()
    assert mail.state == MailState.PENDING


def test_a_name_can_be_registered_only_once(queue_welcome_mail):
    with pytest.raises(ValueError, match="welcome"):
        kinds.register_kind("welcome", "again", WelcomeComposer)
