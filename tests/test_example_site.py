"""The example site: its pages, `make demo`, and its production settings."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from django.core.mail import EmailMultiAlternatives, get_connection

from tests.cast import PASSWORD, PEOPLE
from tests.servers.processes import free_port, listens, running

pytestmark = pytest.mark.servers

REPOSITORY = Path(__file__).resolve().parents[1]
MANAGE = [sys.executable, str(REPOSITORY / "example_site" / "manage.py")]


class Demo:
    """A running demonstration, and the session of one visitor."""

    def __init__(
        self, port: int, smtp_port: int, process: subprocess.Popen[bytes], log: Path
    ) -> None:
        self.url = f"http://localhost:{port}"
        self.port, self.smtp_port, self.process, self.log = port, smtp_port, process, log
        self.visitor = requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.visitor.get(self.url + path, timeout=20)

    def soup(self, path: str) -> BeautifulSoup:
        response = self.get(path)
        assert response.status_code == 200, path
        return BeautifulSoup(response.text, "html.parser")

    def post(self, path: str, **data: str) -> requests.Response:
        data["csrfmiddlewaretoken"] = self.visitor.cookies.get("csrftoken", "")
        return self.visitor.post(self.url + path, data=data, timeout=20)

    def become(self, username: str, **data: str) -> requests.Response:
        self.get("/people/")
        return self.post(f"/people/{username}/", **data)

    def find_ticket_link(self, recipient: str) -> str:
        """Return the path of the ticket link in the first mail to a recipient; wait for the mail."""
        for _ in range(600):
            mails = self.soup(f"/mail/?to={recipient}").select(".mails td a")
            if found := [mail for mail in mails if "Radiateur froid" in mail.text]:
                link = self.soup(found[-1]["href"]).select_one('.mail-text a[href*="/tickets/"]')
                return link["href"].removeprefix(self.url)
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def deliver(self, *recipients: str, subject: str, text: str, html: str = "") -> None:
        connection = get_connection(
            "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=self.smtp_port
        )
        mail = EmailMultiAlternatives(subject, text, "portal@arvelle.example", recipients)
        if html:
            mail.attach_alternative(html, "text/html")
        connection.send_messages([mail])


def build_environment(state: Path, **extra: Any) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
    return kept | {"DEMO_STATE": str(state)} | {key: str(value) for key, value in extra.items()}


def find_prepared_state(folder: Path) -> Path:
    """Return the state of a demonstration that was prepared once for this run, and never ran.

    To fill it takes most of a minute: parallel workers share it.
    """
    state, log = folder / "prepared-demo", folder / "prepared-demo.log"
    with (folder / "prepared-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (done := folder / "prepared-demo.done").exists():
            code = "from demo.management.commands.demo import Command; Command().prepare()"
            with log.open("w") as output:
                subprocess.run(
                    [*MANAGE, "shell", "-v0", "-c", code],
                    env=build_environment(state),
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=400,
                    check=True,
                )
            done.touch()
    return state


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    base = tmp_path_factory.getbasetemp()
    # A parallel worker has a folder in that of the run.
    prepared = find_prepared_state(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(prepared, folder / "state")
    port, smtp_port = free_port(), free_port()
    log = folder / "log"
    with running(
        [*MANAGE, "demo"],
        log=log,
        ready=lambda: listens(port) and listens(smtp_port),
        within=400,
        env=build_environment(folder / "state", DEMO_PORT=port, DEMO_SMTP_PORT=smtp_port),
    ) as process:
        yield Demo(port, smtp_port, process, log)


@pytest.fixture(autouse=True)
def _new_visitor(request: pytest.FixtureRequest) -> None:
    if "demo" in request.fixturenames:
        request.getfixturevalue("demo").visitor = requests.Session()


# -- Pages


def test_every_link_of_menus_and_footer_works_in_both_languages(demo: Demo) -> None:
    for home in ("/", "/en/"):
        links = {a["href"] for a in demo.soup(home).select(".menu a, .site-footer a, main a")}
        assert len(links) > 10
        assert {demo.get(link).status_code for link in links} == {200}


def test_the_portal_is_in_french_and_its_en_section_in_english(demo: Demo) -> None:
    assert demo.soup("/").html["lang"] == "fr"
    assert demo.soup("/en/").html["lang"] == "en"


def test_the_language_switch_leads_to_the_translation_of_the_page(demo: Demo) -> None:
    french = demo.soup("/vie-du-campus/badge-et-acces/?from=mail")
    english = french.select_one(".languages a[hreflang=en]")["href"]
    assert english == "/en/on-campus/badge-and-access/?from=mail"
    assert demo.soup(english).select_one(".languages a[hreflang=fr]")["href"].startswith("/vie-du")


def test_an_unknown_url_is_answered_with_the_404_page_of_the_portal(demo: Demo) -> None:
    response = demo.get("/nowhere/")
    assert response.status_code == 404
    assert "Page introuvable" in response.text


def test_the_content_security_policy_of_public_pages_allows_own_files_only(demo: Demo) -> None:
    policy = demo.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_public_pages_contain_no_inline_style_or_script(demo: Demo) -> None:
    for path in ("/", "/people/", "/mail/", "/login/", "/en/computing/wi-fi/"):
        soup = demo.soup(path)
        assert not soup.select("[style], style, script:not([src])")
        assert not [
            tag for tag in soup.find_all() if any(name.startswith("on") for name in tag.attrs)
        ]


def test_the_admin_has_its_own_content_security_policy(demo: Demo) -> None:
    demo.become("gilles")
    response = demo.get("/admin/")
    assert response.status_code == 200
    assert "'unsafe-inline'" in response.headers["Content-Security-Policy"]


# -- People


def test_a_visitor_becomes_a_person_of_the_cast_with_one_click(demo: Demo) -> None:
    demo.become("lea")
    assert "Léa Fournier" in demo.soup("/").select_one(".person").text


def test_becoming_a_person_redirects_to_the_previous_page(demo: Demo) -> None:
    assert demo.become("lea", next="/mail/").url == f"{demo.url}/mail/"


def test_becoming_a_person_never_redirects_to_another_site(demo: Demo) -> None:
    assert demo.become("lea", next="https://example.org/").url.startswith(demo.url)


def test_becoming_a_person_by_GET_is_refused(demo: Demo) -> None:
    assert demo.get("/people/lea/").status_code == 405


def test_a_visitor_cannot_become_a_deactivated_person(demo: Demo) -> None:
    assert demo.become("yvette").status_code == 404


def test_people_of_the_cast_can_log_in_with_the_password(demo: Demo) -> None:
    demo.get("/login/")
    response = demo.post("/login/", username="karim", password=PASSWORD)
    assert "Karim Benali" in response.text


def test_becoming_a_person_redirects_to_the_helpdesk_in_their_language(demo: Demo) -> None:
    assert demo.become("karim").url == f"{demo.url}/assistance/"
    assert demo.become("emily").url == f"{demo.url}/en/assistance/"


# -- The tour


def read_steps(demo: Demo, path: str = "/tour/", part: str = "ticket") -> list[Any]:
    return demo.soup(path).select(f"#{part} .tour-steps > li")


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("/tour/", ["Léa demande", "Karim prend en charge et demande", "Léa répond",
                    "Karim transfère", "Nadia clôt", "Léa approuve"]),
        ("/en/tour/", ["Léa asks", "Karim takes it and asks", "Léa answers",
                       "Karim transfers it", "Nadia closes it", "Léa approves"]),
    ],
)  # fmt: skip
def test_the_tour_has_six_steps_in_both_languages(demo: Demo, path: str, titles: list[str]) -> None:
    assert [step.h3.text for step in read_steps(demo, path)] == titles


def test_the_tour_has_steps_of_a_service_owner_and_of_an_editor(demo: Demo) -> None:
    for part, people in (("owner", {"sophie"}), ("editor", {"alice", "thomas"})):
        forms = [step.form["action"] for step in read_steps(demo, part=part)]
        assert {action.split("/")[-2] for action in forms} == people


def test_every_step_of_the_tour_leads_to_a_page_that_its_person_may_open(demo: Demo) -> None:
    for form in demo.soup("/en/tour/").select(".tour-steps form"):
        fields = {field["name"]: field.get("value", "") for field in form.select("input")}
        answer = demo.post(form["action"], **fields)
        assert answer.status_code == 200, fields["next"]
        assert urlsplit(answer.url).path == fields["next"]


def test_a_person_of_the_tour_reads_the_admin_in_the_language_of_the_tour(demo: Demo) -> None:
    for language in ("en", "fr"):
        demo.become("sophie", language=language)
        assert demo.soup("/admin/").html["lang"] == language


def test_a_request_opened_on_a_page_is_a_step_done_with_a_link_to_the_ticket(demo: Demo) -> None:
    demo.become("lea")
    catalogue = demo.soup("/assistance/new/").select('a[href*="/assistance/new/"]')
    form = next(link["href"] for link in catalogue if link.text.strip() == "Chauffage")
    page = demo.soup(form)
    fields = {field["name"]: field.get("value", "") for field in page.select("form [type=hidden]")}
    fields["category"] = form.strip("/").rpartition("/")[2]
    fields |= {"subject": "Salle froide", "text": "Bâtiment B, salle 3."}
    opened = demo.post(form, **fields).url
    number = re.search(r"/opened/(\d+)/$", opened)[1]
    first, second, *_others = read_steps(demo)
    assert "Fait" in first.select_one(".tour-head").text
    assert "Étape suivante" in second.select_one(".tour-head").text
    assert second.select_one("[name=next]")["value"] == f"/assistance/tickets/{number}/"


def test_every_site_around_the_pages_leads_to_the_tour_from_its_home_page(demo: Demo) -> None:
    for host in ("blue", "narrow", "narrow-dark"):
        demo.get("/people/")
        demo.post("/host/", host=host)
        assert demo.soup("/").select(".demo-bar a[href='/tour/']")
        assert demo.soup("/en/").select("main a[href='/en/tour/']")


# -- The helpdesk


def test_the_bar_changes_the_site_around_the_pages(demo: Demo) -> None:
    demo.become("karim")
    for host, sheet, colours in (
        ("narrow", "narrow", None),
        ("narrow-dark", "narrow", ["dark"]),
        ("blue", "portal", None),
    ):
        answer = demo.post("/host/", host=host, next="/assistance/desk/")
        assert urlsplit(answer.url).path == "/assistance/desk/"
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.select(f"link[href='/static/portal/{sheet}.css']")
        assert page.html.get("class") == colours
        assert page.select_one(".hd .hd-rows")


@pytest.mark.parametrize(("method", "status"), [("get", 405), ("post", 404)])
def test_the_site_around_changes_by_POST_to_a_known_one_alone(
    demo: Demo, method: str, status: int
) -> None:
    demo.become("karim")
    answer = demo.get("/host/") if method == "get" else demo.post("/host/", host="green")
    assert answer.status_code == status


def test_the_style_guide_shows_every_custom_property_that_a_site_sets(demo: Demo) -> None:
    sheet = demo.get("/static/wagtail_helpdesk/helpdesk.css").text
    properties = re.findall(r"(--hd-[\w-]+):", sheet[: sheet.index(":where(.hd)")])
    page = demo.soup("/en/styleguide/")
    shown = {code.text for code in page.select("#tokens th code")}
    assert shown == set(properties)


def test_a_requester_sees_services_and_own_tickets(demo: Demo) -> None:
    text = demo.become("lea").text
    assert "Services Généraux" in text
    assert "Radiateur froid" in text


def test_a_private_ticket_is_404_for_a_stranger_and_for_a_superuser(demo: Demo) -> None:
    ticket = demo.find_ticket_link("karim.benali@arvelle.example")
    for username in ("victor", "gilles"):
        demo.become(username)
        assert demo.get(ticket).status_code == 404


def test_the_mail_about_the_newest_ticket_links_to_it_after_login(demo: Demo) -> None:
    link = demo.find_ticket_link("karim.benali@arvelle.example")
    assert "Se connecter" in demo.get(link).text
    assert "Radiateur froid" in demo.become("karim", next=link).text


def test_the_language_switch_keeps_the_page_of_the_helpdesk(demo: Demo) -> None:
    demo.become("karim")
    # The link of the mail leads to where the page is.
    path = urlsplit(demo.get(demo.find_ticket_link("karim.benali@arvelle.example")).url).path
    assert demo.soup(path).select_one(".languages a[hreflang=en]")["href"] == f"/en{path}"


def test_a_service_owner_has_access_to_the_admin_and_a_requester_has_not(demo: Demo) -> None:
    demo.become("sophie")
    assert demo.get("/admin/").url.endswith("/admin/")
    demo.become("lea")
    assert "/login/" in demo.get("/admin/").url


# -- Mails


def test_the_mail_catcher_shows_text_html_and_headers_of_a_mail(demo: Demo) -> None:
    text, html = f"See {demo.url}/en/", f'<p>See <a href="{demo.url}/en/">it</a></p>'
    demo.deliver("karim.benali@arvelle.example", subject="Été", text=text, html=html)
    row = demo.soup("/mail/?to=karim.benali@arvelle.example").select_one(".mails td a")
    assert row.text == "Été"
    mail = demo.soup(row["href"])
    assert mail.select_one(f'.mail-text a[href="{demo.url}/en/"]')
    assert "Subject: Été" in mail.select_one(".mail-headers").text
    frame = demo.get(mail.select_one("iframe")["src"])
    assert html in frame.text


def test_a_reply_from_the_mail_catcher_is_a_comment_on_the_ticket(demo: Demo) -> None:
    ticket = demo.find_ticket_link("karim.benali@arvelle.example")
    rows = demo.soup("/mail/?to=karim.benali@arvelle.example").select(".mails td a")
    path = [row["href"] for row in rows if "Radiateur froid" in row.text][-1]
    demo.get(path)
    answer = demo.post(f"{path}reply/", text="Je passe cet après-midi.")
    assert "became=done" in answer.url
    assert "Je passe cet après-midi." in demo.become("karim", next=ticket).text


def test_the_html_of_a_mail_is_shown_in_a_sandbox(demo: Demo) -> None:
    demo.deliver("thomas.girard@arvelle.example", subject="Hi", text="x", html="<script>1</script>")
    row = demo.soup("/mail/?to=thomas.girard@arvelle.example").select_one(".mails td a")
    frame = demo.soup(row["href"]).select_one("iframe")
    assert "allow-scripts" not in frame["sandbox"]
    assert "allow-same-origin" not in frame["sandbox"]
    policy = demo.get(frame["src"]).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy


def test_the_list_of_mails_can_be_filtered_by_recipient(demo: Demo) -> None:
    demo.deliver("marion.gauthier@arvelle.example", subject="For Marion", text="x")
    listed = demo.soup("/mail/?to=sophie.lambert@arvelle.example").get_text()
    assert "For Marion" not in listed


@pytest.mark.parametrize("key", ["0000000000000000", "secret_key"])
def test_a_key_that_is_no_mail_is_answered_with_404(demo: Demo, key: str) -> None:
    assert demo.get(f"/mail/{key}/").status_code == 404


# -- The runner


def test_make_demo_prints_the_tour_first_and_then_the_people(demo: Demo) -> None:
    output = demo.log.read_text()
    assert output.index(f"{demo.url}/tour/") < output.index(f"{demo.url}/people/")
    assert all(person.name in output for person in PEOPLE if person.active)


def run_demo(**environ: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MANAGE, "demo"], env=environ, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("variable", ["DEMO_PORT", "DEMO_SMTP_PORT"])
def test_a_port_in_use_is_reported_with_the_variable_that_changes_it(
    tmp_path: Path, variable: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = {"DEMO_PORT": free_port(), "DEMO_SMTP_PORT": free_port(), variable: port}
        finished = run_demo(**build_environment(tmp_path, **ports))
    assert finished.returncode == 1
    assert re.search(rf"Port {port}\b.*{variable}=\d+ make demo", finished.stderr)
    assert "Traceback" not in finished.stderr


def test_stopping_make_demo_stops_all_its_processes(demo: Demo) -> None:
    """Must be the last test of the module that uses the demonstration, because it stops it."""
    children = find_descendants(demo.process.pid)
    assert len(children) >= 3
    demo.process.terminate()
    assert demo.process.wait(timeout=60) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert not listens(demo.port)
    assert not listens(demo.smtp_port)


def find_descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in children for found in (int(child), *find_descendants(int(child)))]


# -- Production


def run_in_production(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
    settings = {
        "DJANGO_SETTINGS_MODULE": "example.settings.production",
        "DJANGO_SECRET_KEY": "a-long-random-key-of-fifty-characters-or-even-more-0123456789",
        "SITE_HOST": "intranet.example.org",
    }
    return subprocess.run(
        [*MANAGE, *command],
        env=kept | settings | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_production_settings_pass_check_deploy(tmp_path: Path) -> None:
    # On SQLite: since Django 6.1 the checks of generated fields ask the database for its version.
    finished = run_in_production(
        "check", "--deploy", "--fail-level", "WARNING", DATABASE_FILE=str(tmp_path / "db.sqlite3")
    )
    assert finished.returncode == 0, finished.stderr


def test_check_deploy_rejects_the_example_secret_key(tmp_path: Path) -> None:
    example = (REPOSITORY / "example_site/deploy/portal.env.example").read_text()
    key = re.search(r"^DJANGO_SECRET_KEY=(.+)$", example, re.MULTILINE)[1]
    finished = run_in_production(
        "check", "--deploy", DJANGO_SECRET_KEY=key, DATABASE_FILE=str(tmp_path / "db.sqlite3")
    )
    assert "security.W009" in finished.stderr


def test_becoming_a_person_is_refused_outside_the_demonstration(tmp_path: Path) -> None:
    code = """
from django.http import Http404
from django.test import RequestFactory, override_settings
from demo.views import become
with override_settings(DEMO=False):
    try:
        become(RequestFactory().post("/people/lea/"), "lea")
    except Http404:
        print("refused")
"""
    finished = subprocess.run(
        [*MANAGE, "shell", "-v0", "-c", code],
        env=build_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.stdout.strip() == "refused", finished.stderr


def read_settings(expressions: str, **environ: str) -> list[str]:
    """Evaluate expressions of the production settings ``s``, and return the printed values."""
    code = f"from django.conf import settings as s; print({expressions})"
    return run_in_production("shell", "-v0", "-c", code, **environ).stdout.split()


def test_the_production_settings_leave_out_the_demonstration() -> None:
    assert read_settings("s.DEMO, 'demo' in s.INSTALLED_APPS") == ["False", "False"]


def test_the_sender_of_mails_is_the_portal_or_FROM_EMAIL() -> None:
    senders = "s.DEFAULT_FROM_EMAIL, s.SERVER_EMAIL"
    assert read_settings(senders) == ["helpdesk@intranet.example.org"] * 2
    assert read_settings(senders, FROM_EMAIL="it@example.org") == ["it@example.org"] * 2


def test_an_error_in_production_is_logged_to_the_console(tmp_path: Path) -> None:
    code = (
        "from django.test import Client; "
        "client = Client(raise_request_exception=False, headers={'host': 'intranet.example.org'}); "
        "print(client.get('/', secure=True).status_code)"
    )
    before_the_first_migration = str(tmp_path / "portal.sqlite3")
    finished = run_in_production(
        "shell", "-v0", "-c", code, DATABASE_FILE=before_the_first_migration
    )
    assert finished.stdout.split() == ["500"]
    assert "ERROR django.request: Internal Server Error: /" in finished.stderr
    assert "no such table" in finished.stderr


def test_REDIS_URL_selects_redis_as_broker() -> None:
    redis = "redis://127.0.0.1:6379/1"
    assert read_settings("s.Q_CLUSTER['redis'], 'orm' in s.Q_CLUSTER", REDIS_URL=redis) == [
        redis,
        "False",
    ]


@pytest.fixture
def without_psycopg(tmp_path: Path) -> str:
    """Return a PYTHONPATH in which PostgreSQL drivers cannot be imported."""
    for name in ("psycopg", "psycopg2"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r})")
    return str(tmp_path)


def test_DATABASE_FILE_selects_sqlite_without_psycopg(tmp_path: Path, without_psycopg: str) -> None:
    file = str(tmp_path / "portal.sqlite3")
    environ = {"DATABASE_FILE": file, "PYTHONPATH": without_psycopg}
    database = "s.DATABASES['default']"
    assert read_settings(f"{database}['ENGINE'], {database}['NAME']", **environ) == [
        "django.db.backends.sqlite3",
        file,
    ]


def test_LDAP_SERVER_selects_login_and_directory() -> None:
    first, second, *_ = read_settings(
        "*s.AUTHENTICATION_BACKENDS, s.WAGTAIL_HELPDESK['DIRECTORY']",
        LDAP_SERVER="ldaps://ldap.example.org",
    )
    assert first == "wagtail_helpdesk.directory.ldap.PromptLDAPBackend"
    assert second == "django.contrib.auth.backends.ModelBackend"


def test_the_migrations_of_the_example_site_are_complete(tmp_path: Path) -> None:
    finished = subprocess.run(
        [*MANAGE, "makemigrations", "--check", "--dry-run", "portal"],
        env=build_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout


def test_every_string_of_the_example_site_is_translated() -> None:
    catalogue = REPOSITORY / "example_site/locale/fr/LC_MESSAGES/django.po"
    finished = subprocess.run(
        ["msgfmt", "--check-format", "--statistics", "-o", os.devnull, str(catalogue)],
        env=dict(os.environ) | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.fullmatch(r"\d+ translated messages\.", finished.stderr.strip())
