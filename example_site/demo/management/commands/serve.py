"""Serve the portal, static files included, to this machine only."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.core.management.base import BaseCommand
from django.core.servers.basehttp import get_internal_wsgi_application, run
from django.http import HttpRequest, HttpResponse


class StaticFiles(StaticFilesHandler):
    """Serves static files without DEBUG, so that error pages are those of production."""

    def serve(self, request: HttpRequest) -> HttpResponse:
        return serve(request, self.file_path(request.path), insecure=True)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        application = StaticFiles(get_internal_wsgi_application())
        run("127.0.0.1", settings.DEMO_PORT, application, threading=True)
