"""Registers the helpdesk with Wagtail, and its own parts with its extension points."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .dashboard import (
    home,
    installation_report,
    mail_report,
    search_area,
    search_report,
    userbar,
)
from .dashboard.account import ManagerPreferencesPanel, OwnPreferencesPanel
from .portal import menu, session_drafts, ticket_columns
from .portal.desk import queues
from .portal.requests import home_panels
from .portal.tickets import composer_tools, panels
from .reports import sections as report_sections
from .snippets import accounts, history, routing
from .snippets.no_bulk_actions import refuse_bulk_deletion
from .snippets.permissions import register_policies
from .snippets.text_actions import show_publish_buttons
from .snippets.viewsets import HelpdeskGroup

register_policies()
register_snippet(HelpdeskGroup)
hooks.register("before_delete_snippet", refuse_bulk_deletion)
hooks.register("construct_snippet_action_menu", show_publish_buttons)
hooks.register("before_delete_user", accounts.refuse_deletion)
hooks.register("before_bulk_action", accounts.refuse_deletions)
hooks.register("register_log_actions", history.register_log_actions)
hooks.register("register_admin_search_area", search_area.TicketSearchArea)
hooks.register("register_admin_urls", search_area.get_urls)
hooks.register("construct_homepage_panels", home.add_panel)
hooks.register("construct_homepage_summary_items", home.add_summary)
hooks.register("construct_wagtail_userbar", userbar.add_report)
hooks.register("register_admin_urls", routing.get_urls)
hooks.register("register_page_header_buttons", routing.get_header_buttons)
hooks.register("register_log_actions", routing.register_log_action)
hooks.register("register_admin_urls", mail_report.get_urls)
hooks.register("register_reports_menu_item", mail_report.MailsMenuItem)
hooks.register("register_admin_urls", search_report.get_urls)
hooks.register("register_reports_menu_item", search_report.SearchesMenuItem)
hooks.register("register_admin_urls", installation_report.get_urls)
hooks.register("register_reports_menu_item", installation_report.InstallationMenuItem)
hooks.register("register_account_settings_panel", OwnPreferencesPanel)
hooks.register("register_account_settings_panel", ManagerPreferencesPanel)
hooks.register("before_serve_page", session_drafts.keep_draft)
hooks.register(report_sections.HOOK, lambda: report_sections.MANAGED)
hooks.register(report_sections.HOOK, lambda: report_sections.MEMBER)
hooks.register(report_sections.HOOK, lambda: report_sections.FREE)
hooks.register(report_sections.HOOK, lambda: report_sections.IN_PROGRESS)
hooks.register("register_helpdesk_menu_item", menu.get_requests_item)
hooks.register("register_helpdesk_menu_item", menu.get_desk_item)
hooks.register("register_helpdesk_menu_item", menu.get_search_item)
hooks.register("register_helpdesk_menu_item", menu.get_preferences_item)
hooks.register("register_helpdesk_ticket_panel", panels.PropertiesPanel)
hooks.register("register_helpdesk_ticket_panel", panels.GuestsPanel)
composer_tools.register_format_buttons()
hooks.register("register_helpdesk_desk_queue", queues.register_free_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_own_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_waiting_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_requester_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_category_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_replacement_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_postponed_queue)
hooks.register("register_helpdesk_desk_queue", queues.register_service_queue)
hooks.register("register_helpdesk_desk_column", ticket_columns.register_requester_column)
hooks.register("register_helpdesk_desk_column", ticket_columns.register_manager_column)
hooks.register("register_helpdesk_home_panel", home_panels.register_waiting_panel)
hooks.register("register_helpdesk_home_panel", home_panels.register_desk_panel)
hooks.register("register_helpdesk_home_panel", home_panels.register_requests_panel)
hooks.register("register_helpdesk_home_panel", home_panels.register_catalogue_panel)


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    """Add the icons of the helpdesk."""
    return [
        *icons,
        "wagtail_helpdesk/icons/helpdesk.svg",
        "wagtail_helpdesk/icons/helpdesk-service.svg",
        "wagtail_helpdesk/icons/helpdesk-category.svg",
    ]
