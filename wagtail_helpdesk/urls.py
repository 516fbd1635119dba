"""The URLs outside the helpdesk page: blocks, permanent links, unsubscribing, the health check.

A host includes it once: ``path("helpdesk/", include("wagtail_helpdesk.urls"))``.
"""

from django.urls import path

from wagtail_helpdesk.blocks import fragments
from wagtail_helpdesk.hooks import REGISTER_URLS, call_hooks

from .portal import health, permanent_urls, server_drafts, unsubscribe
from .portal.notifications import unread_count

app_name = "wagtail_helpdesk"

urlpatterns = [
    path("mute/<str:token>/", unsubscribe.MuteView.as_view(), name="mute"),
    path("stop-reports/<str:token>/", unsubscribe.StopReportsView.as_view(), name="stop_reports"),
    path("blocks/ask/", fragments.ask, name="block_ask"),
    path("blocks/requests/", fragments.show_requests, name="block_requests"),
    path("blocks/notifications/", fragments.show_notifications, name="block_notifications"),
    path("blocks/queue/", fragments.show_queue, name="block_queue"),
    path("blocks/panel/", fragments.show_panel, name="block_panel"),
    path("blocks/services/", fragments.show_services, name="block_catalogue"),
    path("blocks/card/", fragments.show_card, name="block_card"),
    path("blocks/incidents/", fragments.show_incidents, name="block_incidents"),
    path("unread/", unread_count.show_unread_count, name="unread_count"),
    path("drafts/", server_drafts.save_draft, name="drafts"),
    path("go/", permanent_urls.redirect_to_page, name="go"),
    path("go/<path:path>", permanent_urls.redirect_to_page, name="go"),
    path("health/", health.report_health, name="health"),
    *call_hooks(REGISTER_URLS),
]
