"""The preferences of a manager, service by service: shown, saved in part and together, refused."""

import itertools

import pytest
from django.test import Client

from tests.fixtures import service_of
from tests.portal.conftest import soup
from wagtail_helpdesk.models import (
    HelpdeskPreferences,
    Level,
    Monitoring,
    Preset,
    ReportPreference,
    Service,
    ServiceManager,
)
from wagtail_helpdesk.models.preferences import PRESETS, raise_levels
from wagtail_helpdesk.portal.preferences import preference_summary
from wagtail_helpdesk.portal.preferences.service_form import ServicePreferences
from wagtail_helpdesk.reports import due

PATH = "preferences/manager/"
LEVELS = [value for value, _label in Level.choices]


def typed(page):
    """Return what a browser would send of the page's form, without a button."""
    form = page.find("form", {"data-hd-preferences": True})
    fields = {}
    for field in form.find_all("input"):
        if field["type"] in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        fields[field["name"]] = field.get("value", "on" if field["type"] == "checkbox" else "")
    for field in form.find_all("select"):
        chosen = field.find("option", selected=True) or field.find("option")
        fields[field["name"]] = chosen["value"]
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def build_fields(service, **values):
    """Name the fields of a service; None: unticked."""
    return {f"helpdesk-{service.pk}-{name}": value for name, value in values.items()}


def press(visitor, button, value, **changes):
    """Press a button of the page after some changes."""
    data = typed(visitor.page(PATH)) | changes | {button: value}
    return visitor.post(PATH, **{n: v for n, v in data.items() if v is not None})


def levels_of(user, service):
    row = Monitoring.objects.filter(user=user, service=service).first()
    return row and row.levels


@pytest.fixture
def karim(visit, people, general):
    return visit(people.karim)


@pytest.fixture
def julien(visit, people, general, dsi):
    """He manages both services."""
    return visit(people.julien)


# -- what the page says -----------------------------------------------------------------------------


def test_the_default_is_medium_and_says_what_arrives(karim, general):
    part = karim.page(PATH).find(id=f"service-{general.pk}")
    assert part.find("option", selected=True).text == "Medium"
    assert (
        part.find(attrs={"data-hd-alerts": True}).text
        == "You will be alerted about tickets created in your categories"
        " and about every action on the tickets you are in charge of."
    )
    assert (
        part.find(attrs={"data-hd-reports": True}).text
        == "A report will be sent at 8:00, from Monday to Friday."
    )


def test_the_default_of_the_service_comes_before_that_of_the_site(karim, general, settings):
    settings.WAGTAIL_HELPDESK = {"DEFAULT_MONITORING": "full"}
    selected = lambda: karim.page(PATH).find("select").find("option", selected=True)["value"]  # noqa: E731
    assert selected() == "full"
    general.monitoring = "minimal"
    general.save()
    assert selected() == "minimal"


def test_the_report_of_the_site_is_foretold_and_stays_unwritten(karim, general, settings):
    settings.WAGTAIL_HELPDESK = {"DEFAULT_REPORT": {"first_hour": 7, "weekends": True}}
    page = karim.page(PATH)
    summary = page.find(attrs={"data-hd-reports": True}).text
    assert summary == "A report will be sent every day at 7:00."
    press(karim, "save", general.pk)
    assert not ReportPreference.objects.exists()


def test_every_service_one_manages_has_its_fieldset(julien):
    legends = [legend.text for legend in julien.page(PATH).select(".hd-card > h2")]
    assert legends == [
        "For all your services",
        "For the service “DSI”",
        "For the service “Services Généraux”",
    ]


def test_each_row_of_the_alert_matrix_is_a_named_group(karim, general):
    part = karim.page(PATH).find(id=f"service-{general.pk}")
    lines = part.select("[data-hd-matrix] .hd-policy")
    assert [line.legend.text for line in lines] == [
        "Any ticket:",
        "Tickets in my categories:",
        "Tickets I am in charge of:",
    ]
    for line in lines:
        assert [label.text.strip() for label in line.select("label")] == [
            "Never",
            "Creation",
            "Always",
        ]


def test_a_report_can_list_everything_in_every_order(karim, general):
    part = karim.page(PATH).find("select", {"name": f"helpdesk-{general.pk}-shows"})
    labels = [option.text for option in part.find_all("option")]
    assert labels[:4] == ["None", "In my charge", "In my categories", "Free"]
    assert len(labels) == len(set(labels)) == 16


def test_the_dash_among_the_hours_is_read_out_as_a_word(karim, general):
    hours = karim.page(PATH).find("select", {"name": f"helpdesk-{general.pk}-second_hour"})
    assert (hours.option.text, hours.option["aria-label"]) == ("–", "none")
    assert len(hours.find_all("option")) == 25


def test_the_page_costs_no_statement_more_for_another_service(
    karim, people, general, django_assert_max_num_queries
):
    karim.page(PATH)
    with django_assert_max_num_queries(25) as one:
        karim.page(PATH)
    for number in range(19):
        service_of(f"Service {number}", [], people.karim)
    with django_assert_max_num_queries(len(one)):
        karim.page(PATH)


def test_more_services_than_a_form_can_carry_come_page_by_page(karim, people, general):
    Service.objects.bulk_create(Service(name=f"S{number:03}") for number in range(60))
    ServiceManager.objects.bulk_create(
        ServiceManager(service=service, user=people.karim)
        for service in Service.objects.filter(name__startswith="S0")
    )
    first = karim.page(PATH)
    assert len(first.select("[data-hd-service]")) == 50
    assert len(karim.page(PATH, page=2).select("[data-hd-service]")) == 11
    assert len(typed(first)) < 1000


# -- saving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", [preset for preset in Preset if preset != Preset.CUSTOM])
def test_a_preset_is_its_three_levels(karim, people, general, preset):
    other = "none" if preset != Preset.NONE else "full"
    press(karim, "save", "all", **build_fields(general, preset=other))
    response = press(karim, "save", general.pk, **build_fields(general, preset=preset.value))
    assert response.status_code == 303
    assert levels_of(people.karim, general) == PRESETS[preset]
    selected = karim.page(PATH).find("select").find("option", selected=True)["value"]
    assert selected == preset


@pytest.mark.parametrize("chosen", list(itertools.product(LEVELS, repeat=3)), ids=" ".join)
def test_custom_levels_are_raised_to_their_minimum_and_described(chosen):
    columns = dict(zip(("any_ticket", "member", "in_charge"), chosen, strict=True))
    service = Service(pk=1, name="DSI")
    data = build_fields(service, preset="custom", **columns)
    form = ServicePreferences(
        data, service=service, monitoring=None, report=None, prefix="helpdesk-1"
    )
    assert form.is_valid()
    kept = raise_levels(tuple(map(Level, chosen)))
    assert form.choice().levels == (kept if kept != PRESETS[Preset.MEDIUM] else None)
    assert form.was_raised == (kept != chosen)
    assert form.alerts_summary == preference_summary.describe_alerts(kept)


def test_every_combination_has_a_sentence_of_its_own():
    sentences = [str(sentence) for sentence in preference_summary.ALERTS.values()]
    assert len(set(sentences)) == 10
    combinations = itertools.product(Level, repeat=3)
    assert {raise_levels(levels) for levels in combinations} == set(preference_summary.ALERTS)


def test_a_choice_quieter_than_the_one_before_is_raised_and_the_page_says_so(
    karim, people, general
):
    columns = build_fields(general, any_ticket="always", member="never", in_charge="creation")
    press(karim, "save", general.pk, **build_fields(general, preset="custom"), **columns)
    assert levels_of(people.karim, general) == PRESETS[Preset.FULL]
    notice = karim.page(PATH).find(id=f"service-{general.pk}").find(role="status").text
    assert "Lower choices were raised to match the row above." in notice


def test_without_script_changing_the_matrix_alone_is_enough(karim, people, general):
    press(karim, "save", general.pk, **build_fields(general, any_ticket="creation"))
    assert levels_of(people.karim, general) == PRESETS[Preset.HIGH]


def test_without_script_a_preset_counts_more_than_the_matrix_beside_it(karim, people, general):
    press(karim, "save", general.pk, **build_fields(general, preset="full"))
    assert levels_of(people.karim, general) == PRESETS[Preset.FULL]


def test_what_the_report_lists_and_when(karim, people, general):
    press(
        karim,
        "save",
        general.pk,
        **build_fields(
            general, shows="free managed", first_hour="7", second_hour="14", weekends="on"
        ),
    )
    row = ReportPreference.objects.get(user=people.karim, service=general)
    assert (row.shows, row.first_hour, row.second_hour, row.weekends) == (
        ["free", "managed"],
        7,
        14,
        True,
    )
    summary = karim.page(PATH).find(attrs={"data-hd-reports": True}).text
    assert summary == "A report will be sent every day at 7:00 and at 14:00."


def test_no_list_or_no_hour_means_no_report_and_the_page_says_so(karim, general):
    press(karim, "save", "all", **build_fields(general, shows=""))
    read_summary = lambda: karim.page(PATH).find(attrs={"data-hd-reports": True}).text  # noqa: E731
    assert read_summary() == "No report will be sent for this service."
    press(karim, "save", "all", **build_fields(general, shows="free", first_hour=""))
    assert read_summary() == "No report will be sent for this service: no hour is chosen."


def test_saving_unchanged_defaults_stores_no_choice(karim, people, general):
    """So that a service which changes its default changes it for those who never chose."""
    press(karim, "save", "all", group_reports="on")
    assert not Monitoring.objects.filter(user=people.karim).exists()
    assert not ReportPreference.objects.filter(user=people.karim).exists()


def test_a_service_is_saved_alone_and_what_was_typed_elsewhere_is_kept(
    julien, people, general, dsi
):
    response = press(
        julien,
        "save",
        dsi.pk,
        **build_fields(dsi, preset="full"),
        **build_fields(general, preset="none"),
    )
    assert response.status_code == 200
    page = soup(response)
    assert levels_of(people.julien, dsi) == PRESETS[Preset.FULL]
    assert levels_of(people.julien, general) is None
    assert typed(page)[f"helpdesk-{general.pk}-preset"] == "none"
    assert "Other changes on this page are not saved yet." in page.text
    notice = page.find(id=f"service-{dsi.pk}").find(role="status").text
    assert "Your preferences for the service “DSI” have been saved." in notice


def test_all_services_are_saved_together(julien, people, general, dsi):
    response = press(
        julien,
        "save",
        "all",
        **build_fields(dsi, preset="full"),
        **build_fields(general, preset="none"),
    )
    assert (response.status_code, response.url) == (303, "/assistance/preferences/manager/")
    assert levels_of(people.julien, dsi) == PRESETS[Preset.FULL]
    assert levels_of(people.julien, general) == PRESETS[Preset.NONE]
    shown = julien.page(PATH).find(class_="hd-messages")
    assert "Your preferences have been saved." in shown.text


def test_the_boxes_for_all_services_are_saved(karim, people):
    boxes = {
        "helpdesk-group_reports": None,
        "helpdesk-skip_empty_reports": "on",
        "helpdesk-stay_on_ticket": None,
    }
    press(karim, "save", "all", **boxes)
    row = HelpdeskPreferences.objects.get(user=people.karim)
    assert (row.group_reports, row.skip_empty_reports, row.stay_on_ticket) == (False, True, False)
    assert not row.reports_suspended


def test_the_boxes_stand_in_the_order_of_the_guide(karim):
    labels = [
        box.text.strip() for box in karim.page(PATH).select(".hd-card > div > .hd-field label")
    ]
    assert labels == [
        "Combine reports in one e-mail where possible",
        "Do not send empty reports",
        "Stay on the ticket after closing, refusing, postponing…",
        "Use keyboard shortcuts on the desk and on tickets",
    ]


def test_manager_preferences_saved_twice_are_one_row(karim, people, general):
    for _ in range(2):
        press(karim, "save", general.pk, **build_fields(general, preset="full", shows="free"))
    assert Monitoring.objects.filter(user=people.karim).count() == 1
    assert ReportPreference.objects.filter(user=people.karim).count() == 1


def test_saving_twenty_services_takes_no_statement_more_than_saving_one(
    karim, people, general, django_assert_max_num_queries
):
    data = (
        typed(karim.page(PATH))
        | {"save": "all"}
        | build_fields(general, preset="full", shows="free")
    )
    with django_assert_max_num_queries(40) as one:
        karim.post(PATH, **data)
        statements = len(one)
    for number in range(19):
        service_of(f"Service {number}", [], people.karim)
    data = typed(karim.page(PATH)) | {"save": "all"}
    data |= {name: "none" for name in data if name.endswith("-preset")}
    data |= {name: "free" for name in data if name.endswith("-shows")}
    with django_assert_max_num_queries(statements):
        karim.post(PATH, **data)
    assert Monitoring.objects.filter(user=people.karim).count() == 20


# -- what is wrong ----------------------------------------------------------------------------------


def test_two_equal_report_hours_are_reported_at_their_field_and_nothing_is_lost(
    julien, people, general, dsi
):
    response = press(
        julien,
        "save",
        "all",
        **build_fields(dsi, second_hour="8", preset="custom", any_ticket="always"),
        **build_fields(general, preset="none"),
    )
    assert response.status_code == 422
    page = soup(response)
    field = page.find("select", {"name": f"helpdesk-{dsi.pk}-second_hour"})
    assert field["aria-invalid"] == "true"
    assert "Choose a different hour" in page.find(id=field["aria-describedby"]).text
    assert page.find(role="alert").find("a", href=f"#{field['id']}")
    assert page.title.text.startswith("Error")
    kept = typed(page)
    assert kept[f"helpdesk-{general.pk}-preset"] == "none"
    assert kept[f"helpdesk-{dsi.pk}-any_ticket"] == "always"
    assert not Monitoring.objects.filter(user=people.julien).exists()


def test_what_is_wrong_in_another_service_does_not_stop_this_one(julien, people, general, dsi):
    response = press(
        julien,
        "save",
        general.pk,
        **build_fields(dsi, second_hour="8"),
        **build_fields(general, preset="full"),
    )
    assert response.status_code == 200
    assert levels_of(people.julien, general) == PRESETS[Preset.FULL]
    assert typed(soup(response))[f"helpdesk-{dsi.pk}-second_hour"] == "8"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preset", "loud"),
        ("preset", ""),
        ("any_ticket", "sometimes"),
        ("shows", "free free"),
        ("shows", "everything"),
        ("first_hour", "24"),
        ("first_hour", "-1"),
        ("second_hour", "8.5"),
    ],
)
def test_unknown_values_of_preferences_are_refused(karim, people, general, field, value):
    response = press(karim, "save", general.pk, **build_fields(general, **{field: value}))
    assert response.status_code == 422
    assert not Monitoring.objects.exists()
    assert not ReportPreference.objects.exists()


def test_custom_alerts_need_all_three_levels(karim, general):
    response = press(
        karim, "save", general.pk, **build_fields(general, preset="custom", member=None)
    )
    assert response.status_code == 422
    assert "Choose one of the three." in soup(response).find(class_="hd-policy hd-wrong").text


# -- suspending -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "field", "suspend", "activate"),
    [
        (
            "monitoring",
            "monitoring_suspended",
            "Pause ticket alerts",
            "Resume ticket alerts",
        ),
        (
            "reports",
            "reports_suspended",
            "Pause daily reports",
            "Resume daily reports",
        ),
    ],
)
def test_suspending_keeps_the_settings(karim, people, general, button, field, suspend, activate):
    press(
        karim, "save", "all", **build_fields(general, preset="full", shows="free", first_hour="6")
    )
    label = lambda: karim.page(PATH).find("button", {"name": button}).text  # noqa: E731
    assert label() == suspend
    for _ in range(2):
        assert press(karim, button, "suspend").status_code == 303
        assert getattr(HelpdeskPreferences.of(people.karim), field)
    assert label() == activate
    assert levels_of(people.karim, general) == PRESETS[Preset.FULL]
    assert ReportPreference.objects.get(user=people.karim).first_hour == 6
    press(karim, button, "activate")
    assert not getattr(HelpdeskPreferences.of(people.karim), field)
    assert label() == suspend


@pytest.mark.parametrize(("button", "kind"), [("monitoring", "alerts"), ("reports", "reports")])
def test_while_suspended_the_forecast_says_when_it_applies(karim, people, button, kind):
    press(karim, button, "suspend")
    summary = karim.page(PATH).find(attrs={f"data-hd-{kind}": True})
    assert "these settings apply once you resume" in summary.find_previous_sibling("p").text


def test_suspending_gives_back_what_was_typed(karim, people, general):
    response = press(karim, "reports", "suspend", **build_fields(general, preset="full"))
    assert response.status_code == 200
    assert typed(soup(response))[f"helpdesk-{general.pk}-preset"] == "full"
    assert levels_of(people.karim, general) is None
    assert HelpdeskPreferences.of(people.karim).reports_suspended


def test_the_enter_key_saves_and_suspends_nothing(karim):
    first = karim.page(PATH).find("form", {"data-hd-preferences": True}).find("button")
    assert (first["name"], first["value"]) == ("save", "all")


# -- the default, and a report at once ----------------------------------------------------------------


def test_back_to_the_default_forgets_the_choices_for_one_service(julien, people, general, dsi):
    press(
        julien,
        "save",
        "all",
        **build_fields(dsi, preset="full", shows="free"),
        **build_fields(general, preset="none"),
    )
    assert press(julien, "reset", dsi.pk).status_code == 303
    assert levels_of(people.julien, dsi) is None
    assert not ReportPreference.objects.filter(service=dsi).exists()
    assert levels_of(people.julien, general) == PRESETS[Preset.NONE]


def test_a_reset_button_is_shown_only_for_changed_services(karim, general):
    assert not karim.page(PATH).find("button", {"name": "reset"})
    press(karim, "save", "all", **build_fields(general, preset="full"))
    assert karim.page(PATH).find("button", {"name": "reset"})["value"] == str(general.pk)


def test_a_report_is_sent_at_once(karim, people, general, monkeypatch):
    asked = []
    monkeypatch.setattr(due, "send_report_now", lambda *about: asked.append(about))
    response = press(karim, "send", general.pk)
    assert (response.status_code, response.url) == (
        303,
        f"/assistance/preferences/manager/#service-{general.pk}",
    )
    assert asked == [(people.karim, general)]
    assert "The report has been sent." in karim.page(PATH).find(id=f"service-{general.pk}").text


def test_a_report_that_lists_nothing_is_not_sent(karim, general, monkeypatch):
    monkeypatch.setattr(due, "send_report_now", lambda *about: pytest.fail("sent"))
    press(karim, "save", "all", **build_fields(general, shows=""))
    press(karim, "send", general.pk)
    assert "Choose what the report lists" in karim.page(PATH).text


# -- who may not -------------------------------------------------------------------------------------


def test_only_managers_have_manager_preferences(visit, people, general):
    lea = visit(people.lea)
    assert lea.get(PATH).status_code == 403
    assert lea.post(PATH, save="all").status_code == 403
    assert not HelpdeskPreferences.objects.filter(user=people.lea).exists()


def test_a_stranger_is_sent_to_the_login(visit):
    assert visit().get(PATH).status_code == 302
    assert visit().post(PATH, save="all").status_code == 302


@pytest.mark.parametrize("button", ["save", "reset", "send"])
def test_preferences_of_a_service_of_others_are_not_found(karim, people, dsi, button, monkeypatch):
    monkeypatch.setattr(due, "send_report_now", lambda *about: pytest.fail("sent"))
    Monitoring.objects.create(
        user=people.nadia, service=dsi, any_ticket="always", member="always", in_charge="always"
    )
    data = build_fields(
        dsi, shown="True", preset="none", shows="free", first_hour="8", second_hour=""
    )
    assert karim.post(PATH, **data, **{button: dsi.pk}).status_code == 404
    assert karim.post(PATH, **data, **{button: "x"}).status_code == 404
    assert [row.user for row in Monitoring.objects.all()] == [people.nadia]


def test_preference_fields_of_a_service_of_others_are_ignored(karim, people, general, dsi):
    data = build_fields(
        dsi, shown="True", preset="none", shows="free", first_hour="8", second_hour=""
    )
    press(karim, "save", "all", **data)
    assert not Monitoring.objects.exists()


def test_a_removed_manager_saves_no_preferences(julien, people, general, dsi):
    data = typed(julien.page(PATH)) | {"save": dsi.pk} | build_fields(dsi, preset="full")
    ServiceManager.objects.filter(user=people.julien, service=dsi).delete()
    assert julien.post(PATH, **data).status_code == 404
    assert not Monitoring.objects.exists()


def test_reading_manager_preferences_changes_nothing(karim, general, people):
    karim.get(PATH, reports="suspend", reset=general.pk, send=general.pk, save="all")
    assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()


def test_manager_preferences_without_csrf_token_are_refused(helpdesk, people, general):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.karim)
    response = client.post("/assistance/" + PATH, {"reports": "suspend"})
    assert response.status_code == 403
    assert not HelpdeskPreferences.of(people.karim).reports_suspended


def test_a_button_that_does_not_exist(karim):
    assert press(karim, "reports", "explode").status_code == 404


# -- at once or in the report ------------------------------------------------------------------------


def test_alerts_in_the_report_are_saved_shown_and_need_a_report(karim, people, general):
    chosen = build_fields(general, way="report")
    assert press(karim, "save", general.pk, **chosen).status_code == 303
    row = Monitoring.objects.get(user=people.karim, service=general)
    assert (row.in_report, row.preset) == (True, Preset.MEDIUM)
    checked = karim.page(PATH).select_one(f"[name=helpdesk-{general.pk}-way][checked]")
    assert checked["value"] == "report"
    answer = press(karim, "save", general.pk, **build_fields(general, first_hour=""))
    assert answer.status_code != 303
    assert "or “At once”" in soup(answer).select_one(".hd-wrongs").text
    back = build_fields(general, way="at_once", first_hour="")
    assert press(karim, "save", general.pk, **back).status_code == 303
    assert not Monitoring.objects.get(user=people.karim, service=general).in_report
