"""Copy a loaded world into the tables of django-helpdesk, in the same database.

Run by the interpreter of its virtual environment. A service becomes a queue, its managers staff,
an event a follow-up, a guest a copy.
"""

import django

COPIES = (
    "UPDATE auth_user SET is_staff = TRUE"
    " WHERE id IN (SELECT user_id FROM wagtail_helpdesk_servicemanager)",
    """
    INSERT INTO helpdesk_ticket
        (id, queue_id, title, description, created, modified, submitter_email, assigned_to_id,
         status, priority, on_hold, secret_key)
    SELECT number, service_id, subject, event.text, ticket.created_at, last_activity_at, email,
        assignee_id,
        CASE WHEN is_open THEN 1 WHEN status = 'closed' THEN 3 ELSE 4 END, 6 - priority,
        status = 'postponed', 'key' || number
    FROM wagtail_helpdesk_ticket ticket
    JOIN wagtail_helpdesk_event event ON event.ticket_id = number AND action = 'open_ticket'
    JOIN auth_user ON auth_user.id = requester_id
    """,
    """
    INSERT INTO helpdesk_followup (ticket_id, date, title, comment, public, user_id)
    SELECT ticket_id, created_at, action, text, audience <> 'managers', actor_id
    FROM wagtail_helpdesk_event WHERE action <> 'open_ticket' ORDER BY id
    """,
    """
    INSERT INTO helpdesk_ticketcc (ticket_id, user_id, can_view, can_update)
    SELECT ticket_id, user_id, TRUE, TRUE FROM wagtail_helpdesk_guest
    """,
    "SELECT setval('helpdesk_ticket_id_seq', max(id)) FROM helpdesk_ticket",
    "ANALYZE helpdesk_ticket, helpdesk_followup, helpdesk_ticketcc",
)


def main() -> None:
    """Create the tables, and fill them unless they are filled."""
    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from helpdesk.models import Ticket

    call_command("migrate", verbosity=0)
    if Ticket.objects.exists():
        return
    with transaction.atomic():
        _copy()
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    call_command("create_usersettings", verbosity=0)


def _copy() -> None:
    from django.db import connection
    from helpdesk.models import Queue

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM wagtail_helpdesk_service")
        for pk, name in cursor.fetchall():
            Queue.objects.create(pk=pk, title=name, slug=f"service-{pk}")
        for statement in COPIES:
            cursor.execute(statement)


if __name__ == "__main__":
    main()
