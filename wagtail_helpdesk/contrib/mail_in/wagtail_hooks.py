"""Registers what the app adds to the helpdesk."""

from __future__ import annotations

from wagtail import hooks

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.maintenance.housekeeping import Job
from wagtail_helpdesk.models import OutgoingMail, Ticket

from . import decisions, report
from .models import delete_mails, find_old_mails
from .panels import IncomingMailsPanel, make_undeliverable_panel
from .tokens import ReplyToken, make_reply_address


@hooks.register("get_helpdesk_reply_address")
def get_reply_address(mail: OutgoingMail, ticket: Ticket, audience: Audience) -> str | None:
    """Return the address for replies of the person who gets a mail, or None when none is configured."""
    if not helpdesk_settings.MAIL_IN_ADDRESS:
        return None
    return make_reply_address(ReplyToken(ticket.pk, mail.user_id, mail.pk, audience))


hooks.register("register_helpdesk_ticket_panel", IncomingMailsPanel)
hooks.register("register_helpdesk_home_panel", make_undeliverable_panel)
hooks.register("register_helpdesk_urls", decisions.get_urls)
hooks.register("register_admin_urls", report.get_urls)
hooks.register("register_reports_menu_item", report.IncomingMailsMenuItem)


@hooks.register("register_helpdesk_housekeeping_job")
def make_housekeeping_job() -> Job:
    """Return the job that deletes incoming mails after ``MAIL_IN_KEPT_DAYS``."""
    return Job("delete incoming e-mails", find_old_mails, delete_mails)
