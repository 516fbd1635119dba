"""What cannot live on a page: saying “no more” from a mail without logging in, and the health of mails.

A host includes it once: ``path("helpdesk/", include("wagtail_helpdesk.urls"))``.
"""

from django.urls import path

from wagtail_helpdesk.portal import oneclick

app_name = "wagtail_helpdesk"

urlpatterns = [
    path("mute/<str:token>/", oneclick.MuteView.as_view(), name="mute"),
    path("stop-reports/<str:token>/", oneclick.StopReportsView.as_view(), name="stop_reports"),
    path("health/", oneclick.health, name="health"),
]
