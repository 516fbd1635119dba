"""The URLs of the portal: French at the root, English below /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from wagtail_helpdesk.dashboard.account import FixedIdentityAccountView

urlpatterns = [
    # Names and e-mail addresses come from the directory and cannot be edited.
    path("admin/account/", FixedIdentityAccountView.as_view()),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

pages = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("helpdesk/", include("wagtail_helpdesk.urls")),
]
if settings.DEMO:
    pages.append(path("", include("demo.urls")))
pages.append(path("", include(wagtail_urls)))

urlpatterns += i18n_patterns(*pages, prefix_default_language=False)
