"""Registers what the app adds."""

from wagtail import hooks

from . import components, forms, lists, verbs

hooks.register("register_helpdesk_verb", lambda: verbs.confirm_visit)
hooks.register("register_helpdesk_action_form", lambda: forms.ConfirmVisit)
hooks.register("register_helpdesk_menu_item", components.make_menu_item)
hooks.register("register_helpdesk_ticket_panel", components.VisitPanel)
hooks.register("register_helpdesk_composer_tool", components.VisitTool)
hooks.register("register_helpdesk_home_panel", components.make_home_panel)
hooks.register("register_helpdesk_desk_queue", lists.make_queue)
hooks.register("register_helpdesk_desk_column", lists.make_column)
hooks.register("register_helpdesk_report_section", lists.make_section)
