"""The URLs of the demonstration."""

from django.urls import path

from demo import views

urlpatterns = [
    path("tour/", views.tour, name="tour"),
    path("people/", views.people, name="people"),
    path("people/<str:username>/", views.become, name="become"),
    path("host/", views.choose_host, name="host"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("mail/", views.mails, name="mails"),
    path("mail/<str:key>/", views.mail, name="mail"),
    path("mail/<str:key>/reply/", views.reply, name="mail-reply"),
    path("mail/<str:key>/html/", views.mail_html, name="mail-html"),
]
