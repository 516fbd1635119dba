"""The URLs of the test site."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from wagtail_helpdesk.dashboard.account import FixedIdentityAccountView

urlpatterns = [
    path("admin/account/", FixedIdentityAccountView.as_view()),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    path("helpdesk-mail/", include("wagtail_helpdesk.urls")),
    path("", include(wagtail_urls)),
]
