"""The URLs of the site, and of the bare views with which its pages are compared."""

from django.urls import include, path

from . import floors

urlpatterns = [
    path("floor/<path:page>", floors.page),
    path("floor-post/<int:number>", floors.post),
    path("", include("tests.urls")),
]
