"""The addresses of the site, and beside them the floors that its pages are compared with."""

from django.urls import include, path

from . import floors

urlpatterns = [
    path("floor/<path:page>", floors.page),
    path("floor-post/<int:number>", floors.post),
    path("", include("tests.urls")),
]
