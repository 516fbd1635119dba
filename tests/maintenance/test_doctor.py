"""``helpdesk_doctor`` and its report: each kind of fault is found, with what to do."""

import json

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from wagtail_helpdesk.maintenance import doctor
from wagtail_helpdesk.maintenance.schedules import install_schedules
from wagtail_helpdesk.models import Category, Heartbeat, Service, ServiceManager


@pytest.fixture
def healthy_site(helpdesk, heating, people, settings, tmp_path):
    """A site on which everything works."""
    settings.EMAIL_BACKEND = "tests.maintenance.mail_backend.EmailBackend"
    settings.STORAGES = {name: s for name, s in settings.STORAGES.items() if name != "helpdesk"}
    settings.WAGTAIL_HELPDESK = {"FILE_ROOT": str(tmp_path / "files")}
    site = helpdesk.get_site()
    site.hostname = "intranet.arvelle.example"
    site.save()
    install_schedules()
    for job in ("deliver", "reports", "housekeeping"):
        Heartbeat.objects.create(name=job, at=timezone.now())
    Service.objects.exclude(pk=heating.service_id).update(enabled=False)


def run(capsys, *options):
    """Run the command; return its exit status and what it printed."""
    with pytest.raises(SystemExit) as stopped:
        call_command("helpdesk_doctor", *options)
    return stopped.value.code, capsys.readouterr().out


def problems(**options):
    return [one for one in doctor.examine_installation(**options) if one.level]


def problem(**options):
    """Return the only problem."""
    (found,) = problems(**options)
    assert found.advice
    return found


def test_a_site_that_works_has_status_0(healthy_site, capsys):
    status, printed = run(capsys)
    assert status == 0, printed
    lines = printed.splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}
    assert "http://intranet.arvelle.example/assistance/" in printed


def test_every_area_has_a_line(healthy_site):
    assert {one.area for one in doctor.examine_installation()} == set(doctor.AREAS)


def test_a_warning_has_status_1_and_says_what_to_do(healthy_site, heating, capsys):
    ServiceManager.objects.filter(service=heating.service).delete()
    status, printed = run(capsys)
    assert status == 1
    assert "warning  services: Services without an active manager: Services Généraux." in printed
    assert "→ Add a manager, or disable the service." in printed


def test_an_error_has_status_2(healthy_site, settings, capsys):
    settings.WAGTAIL_HELPDESK |= {"BASE_TEMPLATE": "missing.html"}
    status, printed = run(capsys)
    assert status == 2
    assert "ERROR    settings: wagtail_helpdesk.E011: The base template 'missing.html'" in printed


def test_json_has_the_level_and_the_results(healthy_site, capsys):
    status, printed = run(capsys, "--json")
    report = json.loads(printed)
    assert (status, report["level"]) == (0, 0)
    assert set(report["results"][0]) == {"area", "level", "message", "advice"}


def test_a_service_without_a_category_that_accepts_tickets_is_named(healthy_site, heating):
    Category.objects.filter(service=heating.service).update(takes_tickets=False)
    assert "accepts tickets: Services Généraux" in problem().message


def test_a_site_without_a_service_is_told_to_create_one(healthy_site):
    Service.objects.update(enabled=False)
    assert problem().message.startswith("There is no enabled service")


def test_managers_without_an_address_are_named(healthy_site, people):
    type(people.karim).objects.filter(pk=people.karim.pk).update(email="")
    assert people.karim.get_username() in problem().message


def test_the_system_checks_are_part_of_it(healthy_site, helpdesk):
    helpdesk.unpublish()
    found = problem()
    assert (found.area, found.level) == ("settings", doctor.WARNING)
    assert "There is no live helpdesk page" in found.message


def test_missing_middleware_is_named(healthy_site, settings):
    path = "django.contrib.messages.middleware.MessageMiddleware"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != path]
    found = problem()
    assert (found.level, found.message) == (doctor.ERROR, f"{path} is missing.")


def test_a_mail_back_end_that_sends_nothing_is_found(healthy_site, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert "dummy" in problem(probe=False).message


def test_a_dead_mail_server_is_an_error(healthy_site, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 2
    found = problem()
    assert (found.area, found.level) == ("mail", doctor.ERROR)
    assert not problems(probe=False)


def test_a_test_mail_is_sent_to_the_address(healthy_site, mailoutbox, capsys):
    status, printed = run(capsys, "--mail", "ada@arvelle.example")
    assert status == 0
    assert [mail.to for mail in mailoutbox] == [["ada@arvelle.example"]]
    assert "A test mail was sent to ada@arvelle.example" in printed


def test_missing_schedules_are_an_error(healthy_site):
    from django_q.models import Schedule

    Schedule.objects.filter(name__contains="housekeeping").delete()
    found = problem()
    assert found.level == doctor.ERROR
    assert "housekeeping" in found.message


def test_each_fault_has_one_line(healthy_site, settings):
    ours = "wagtail_helpdesk.middleware.TooLargeMiddleware"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != ours]
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert len(problems()) == 2


def test_a_worker_that_never_ran_is_an_error(healthy_site):
    Heartbeat.objects.filter(name="deliver").delete()
    found = problem()
    assert (found.area, found.level) == ("queue", doctor.ERROR)
    assert found.message == "Background jobs have not run lately: deliver (never)."


def test_a_worker_that_stopped_is_reported_with_the_time_of_its_last_run(healthy_site):
    Heartbeat.objects.filter(name="deliver").update(at="2020-11-04T09:30:00Z")
    found = problem()
    assert found.level == doctor.ERROR
    assert "deliver (last on 4 Nov 2020, 10:30)" in found.message


def test_files_that_cannot_be_stored_are_an_error(healthy_site, settings, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    settings.WAGTAIL_HELPDESK = {"FILE_ROOT": str(tmp_path / "file" / "below")}
    assert [(one.area, one.level) for one in problems()] == [("files", doctor.ERROR)]


def test_a_storage_below_a_published_folder_is_an_error(healthy_site, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    options = {"location": str(tmp_path / "helpdesk")}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {"helpdesk": {"BACKEND": backend, "OPTIONS": options}}
    assert "MEDIA_ROOT" in problem().message
    assert not list(tmp_path.glob("helpdesk/doctor/*"))


def test_a_directory_that_does_not_answer_is_an_error(healthy_site, settings):
    settings.WAGTAIL_HELPDESK |= {"DIRECTORY": "tests.maintenance.dead_directory.DeadDirectory"}
    found = problem()
    assert (found.area, found.level) == ("directory", doctor.ERROR)
    assert "no route" in found.message


def test_events_that_wait_for_the_index_are_a_warning(healthy_site, ticket, monkeypatch):
    monkeypatch.setattr(doctor, "MAX_UNINDEXED", 0)
    found = [one for one in problems() if one.area == "search"]
    assert "helpdesk_index" in found[0].advice


def test_a_check_that_fails_is_a_result_and_stops_no_other(healthy_site, monkeypatch):
    def explode():
        raise RuntimeError("no luck")

    monkeypatch.setattr(doctor, "CHECKS", (("search", explode), *doctor.CHECKS))
    found = problem()
    assert found.message == "RuntimeError: no luck"


def test_missing_migrations_are_an_error_and_tables_are_not_read(healthy_site, monkeypatch):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="wagtail_helpdesk").delete()
    found = doctor.examine_installation(probe=False)
    assert found[0].area == "settings" or found[0].area == "database"
    (error,) = [one for one in found if one.level == doctor.ERROR]
    assert "wagtail_helpdesk.0001_initial" in error.message
    assert not {one.area for one in found} & doctor.READING_TABLES


# -- the report in the admin ---------------------------------------------------------------------


def report(user):
    client = Client()
    client.force_login(user)
    return client.get(reverse("helpdesk_installation"))


@pytest.fixture
def administrator(people):
    people.alice.is_superuser = True
    people.alice.save()
    return people.alice


def test_administrators_see_the_report_with_what_to_do(healthy_site, heating, administrator):
    ServiceManager.objects.filter(service=heating.service).delete()
    answer = report(administrator)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    first = page.select_one("table.listing tbody tr").get_text(" ", strip=True)
    assert first.startswith("needs attention Services Services without an active manager")
    assert "Add a manager" in first
    assert "The helpdesk works, with warnings." in page.get_text()


def test_managers_do_not_see_the_report(healthy_site, people):
    people.karim.is_staff = True
    assert report(people.karim).status_code in (302, 403)


def test_the_menu_of_reports_shows_it_to_administrators_alone(rf, administrator, people):
    from wagtail_helpdesk.dashboard.installation_report import InstallationMenuItem

    request = rf.get("/admin/")
    for user, shown in ((administrator, True), (people.karim, False)):
        request.user = user
        assert InstallationMenuItem().is_shown(request) is shown
