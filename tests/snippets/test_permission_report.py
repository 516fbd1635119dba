"""The report of a person's rights in a service and their sources."""

import pytest
from django.contrib.auth.models import Group, Permission

from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import ServiceManager

from .conftest import grant
from .test_services import text


def reasons(response):
    return {reason.right: (reason.has, reason.why) for reason in response.context["reasons"]}


def test_the_report_explains_the_privileges_of_a_manager(people, general, browse):
    why = reasons(browse(people.sophie).get("why", general, person="karim"))
    assert why["can manage categories"] == (True, "Granted to this manager.")
    assert why["can edit the service"] == (False, "Not granted.")
    assert why["read the tickets of the service"] == (True, "Manager of the service.")
    assert why["open the Wagtail admin"] == (
        True,
        "Holds a configuration privilege: Services Généraux.",
    )


def test_the_report_says_that_an_administrator_reads_no_tickets(people, general, browse):
    why = reasons(browse(people.sophie).get("why", general, person="gilles"))
    assert why["can edit the service"] == (True, "Administers the helpdesk.")
    assert why["can assign a ticket to another manager"][0] is False
    assert why["read the tickets of the service"][0] is False


def test_the_report_names_the_group_that_opens_the_admin(people, general, browse):
    why = reasons(browse(people.sophie).get("why", general, person="alice"))
    assert why["open the Wagtail admin"] == (True, "Member of the group “Editors”.")


def test_the_report_says_when_the_site_lacks_the_authentication_backend(
    people, general, browse, settings
):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    why = reasons(browse(people.gilles).get("why", general, person="karim"))
    assert why["open the Wagtail admin"][0] is False
    assert "ConfigurationBackend" in why["open the Wagtail admin"][1]


def test_the_report_says_who_changed_the_privileges_last(people, general, browse):
    browse(people.sophie).post("manager_add", general, people="claire")
    page = text(browse(people.sophie).get("why", general, person="claire"))
    assert "last changed by Sophie Lambert" in page


def test_only_managers_of_managers_can_ask_about_another_person(people, general, browse):
    assert browse(people.karim).get("why", general).status_code == 200
    assert browse(people.karim).get("why", general, person="hugo").status_code == 302


@pytest.mark.parametrize("typed", ["hugo", "qui", "karim.benali@arvelle.example", ""])
def test_the_report_does_not_reveal_which_accounts_exist(people, general, browse, typed):
    response = browse(people.karim).get("why", general, person=typed)
    assert (response.status_code, response.url) == (302, "/admin/")


def test_anybody_can_ask_about_themselves_by_name(people, general, browse):
    assert (
        browse(people.karim).get("why", general, person="karim").context["person"] == people.karim
    )


class Welcoming(UserDirectory):
    """A directory that creates an account for any identifier."""

    def find(self, identifier_or_address):
        raise AssertionError(identifier_or_address)


def test_the_report_queries_no_directory_and_creates_no_account(people, general, browse, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY": f"{__name__}.Welcoming"}
    assert "“newbody” is unknown" in text(
        browse(people.sophie).get("why", general, person="newbody")
    )


def test_the_report_says_that_a_person_is_unknown(people, general, browse):
    assert "“qui” is unknown" in text(browse(people.sophie).get("why", general, person="qui"))


# -- into the admin ----------------------------------------------------------------------------------


def test_the_report_names_no_service_hidden_from_its_reader(people, general, dsi, browse):
    type(dsi).objects.update(everyone=False)
    grant(
        ServiceManager.objects.create(service=dsi, user=people.karim), Privilege.MANAGE_CATEGORIES
    )
    response = browse(people.sophie).get("why", general, person="karim")
    assert reasons(response)["open the Wagtail admin"] == (
        True,
        "Holds a configuration privilege: Services Généraux, another service.",
    )
    assert "DSI" not in text(response)


def test_the_report_recognises_a_permission_of_the_user(people, general, browse):
    people.claire.user_permissions.add(Permission.objects.get(codename="access_admin"))
    why = reasons(browse(people.sophie).get("why", general, person="claire"))
    assert why["open the Wagtail admin"] == (True, "A permission of this user.")


# -- asking ------------------------------------------------------------------------------------------


def asking(browse, people, service, who):
    response = browse(people.sophie).get("why", service, person=who)
    return reasons(response)["open tickets in the service"]


def test_the_report_says_that_managers_can_open_tickets_in_a_restricted_service(
    people, general, browse
):
    type(general).objects.update(everyone=False)
    assert asking(browse, people, general, "karim") == (True, "Manager of the service.")
    assert asking(browse, people, general, "lea") == (
        False,
        "Not in any of the groups that can open tickets.",
    )


def test_the_report_names_the_group_that_can_open_tickets(people, general, browse):
    type(general).objects.update(everyone=False)
    students = Group.objects.create(name="Students")
    people.lea.groups.add(students)
    general.groups.add(students)
    assert asking(browse, people, general, "lea") == (True, "Member of the group “Students”.")


def test_the_report_says_that_no_category_accepts_tickets(people, general, browse):
    general.categories.update(takes_tickets=False)
    assert asking(browse, people, general, "lea") == (
        False,
        "No category of the service accepts tickets.",
    )


def test_the_report_says_that_the_service_is_not_enabled(people, general, browse):
    type(general).objects.update(enabled=False)
    assert asking(browse, people, general, "karim") == (False, "The service is not enabled.")


def test_the_report_finds_no_more_people_than_the_limit_of_an_hour(
    people, general, browse, settings
):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_LOOKUPS_PER_HOUR": 1}
    sophie = browse(people.sophie)
    assert sophie.get("why", general).status_code == 200
    assert sophie.get("why", general, person="karim").status_code == 200
    for typed in ("karim", "nobody"):
        answer = sophie.get("why", general, person=typed)
        assert answer.status_code == 429
        assert "entered a lot of people" in answer.content.decode()
        assert "reasons" not in answer.context
