"""Why can this person do this."""

from .test_services import text


def reasons(response):
    return {reason.right: (reason.has, reason.why) for reason in response.context["reasons"]}


def test_it_explains_a_manager(people, general, browse):
    why = reasons(browse(people.sophie).get("why", general, person="karim"))
    assert why["may manage categories"] == (True, "A privilege of this manager.")
    assert why["may edit the service"] == (False, "This privilege is off.")
    assert why["read the tickets of the service"] == (True, "Manager of the service.")
    assert why["enter the Wagtail admin"] == (
        True,
        "Holds a configuration privilege: Services Généraux.",
    )


def test_it_says_that_an_administrator_reads_no_ticket(people, general, browse):
    why = reasons(browse(people.sophie).get("why", general, person="gilles"))
    assert why["may edit the service"] == (True, "Administers the helpdesk.")
    assert why["may assign a ticket to another manager"][0] is False
    assert why["read the tickets of the service"][0] is False


def test_it_names_the_group_that_lets_somebody_in(people, general, browse):
    why = reasons(browse(people.sophie).get("why", general, person="alice"))
    assert why["enter the Wagtail admin"] == (True, "Member of the group “Editors”.")


def test_it_says_when_the_site_lets_nobody_in_for_a_privilege(people, general, browse, settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    why = reasons(browse(people.gilles).get("why", general, person="karim"))
    assert why["enter the Wagtail admin"][0] is False
    assert "ConfigurationBackend" in why["enter the Wagtail admin"][1]


def test_it_says_who_changed_the_privileges_last(people, general, browse):
    browse(people.sophie).post("manager_add", general, people="claire")
    page = text(browse(people.sophie).get("why", general, person="claire"))
    assert "last changed by Sophie Lambert" in page


def test_of_oneself_everybody_may_ask_of_others_whoever_manages_managers(people, general, browse):
    assert browse(people.karim).get("why", general).status_code == 200
    assert browse(people.karim).get("why", general, person="hugo").status_code == 302


def test_an_unknown_person_is_said_so(people, general, browse):
    assert "“qui” is unknown" in text(browse(people.sophie).get("why", general, person="qui"))
