"""Attaching files: to a message, or by themselves."""

import errno
import tracemalloc
from contextlib import ExitStack

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.actions.refusals import history, refused
from tests.actions.scenarios import photo
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.actions.files import clean_name
from wagtail_helpdesk.models import Attachment


def stored_files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("person", ["lea", "karim", "thomas"])
def test_people_who_may_comment_may_attach_files(invited, people, person):
    event = actions.attach(invited, by=getattr(people, person), files=[photo()], text="Voyez.")
    attachment = event.attachments.get()
    assert (attachment.name, attachment.content_type) == ("photo.png", "image/png")
    assert attachment.size == photo().size
    assert attachment.file.read() == photo().read()
    assert event.text == "Voyez."


def test_files_need_no_message(taken, people):
    assert actions.attach(taken, by=people.lea, files=[photo()]).text == ""


def test_a_file_of_the_requester_is_an_answer(incomplete, people):
    actions.attach(incomplete, by=people.lea, files=[photo()])
    assert incomplete.status == "in_progress"


def test_a_file_of_the_requester_gives_the_closure_more_time(closed, people, travel):
    before = closed.awaiting_since
    travel(days=2)
    actions.attach(closed, by=people.lea, files=[photo()])
    assert closed.awaiting_since > before


def test_a_file_has_the_audience_of_its_message(taken, people):
    event = actions.attach(taken, by=people.lea, files=[photo()], audience="requester")
    assert event.audience == "requester"


def test_an_unknown_audience_is_refused(taken, people):
    with refused(taken, NotPossible, "audience"):
        actions.attach(taken, by=people.lea, files=[photo()], audience="managers")


def test_a_file_must_be_chosen(taken, people):
    with refused(taken, NotPossible, "files"):
        actions.attach(taken, by=people.lea, files=[])


def test_a_stranger_may_not_attach_files(taken, people):
    with refused(taken, NotYours):
        actions.attach(taken, by=people.victor, files=[photo()])


def test_a_viewer_attaches_while_it_is_open_only(public, people):
    actions.attach(public, by=people.victor, files=[photo()])
    actions.cancel(public, by=people.lea)
    with refused(public, NotNow):
        actions.attach(public, by=people.victor, files=[photo()])


def test_the_same_file_twice_is_two_files(taken, people):
    actions.attach(taken, by=people.lea, files=[photo()])
    actions.attach(taken, by=people.lea, files=[photo()])
    assert history(taken).count("attach") == 2
    paths = Attachment.objects.values_list("file", flat=True)
    assert len(set(paths)) == 2


# -- limits --------------------------------------------------------------------------------------


def test_an_empty_file_is_refused_by_name(taken, people, empty_file):
    with refused(taken, NotPossible, "files") as refusal:
        actions.attach(taken, by=people.lea, files=[photo(), empty_file])
    assert "vide.txt" in str(refusal.value)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(taken, people, settings):
    """S-FILE-03"""
    settings.WAGTAIL_HELPDESK = {"FILE_MAX_SIZE": 2 * 1024 * 1024}
    full = b"0" * (2 * 1024 * 1024)
    actions.attach(taken, by=people.lea, files=[SimpleUploadedFile("plein.bin", full)])
    with refused(taken, NotPossible, "files") as refusal:
        actions.attach(taken, by=people.lea, files=[SimpleUploadedFile("gros.bin", full + b"0")])
    assert "gros.bin" in str(refusal.value)
    assert "2" in str(refusal.value)


def test_there_are_as_many_files_as_the_limit_and_no_more(taken, people, settings):
    """S-FILE-03"""
    settings.WAGTAIL_HELPDESK = {"FILES_MAX_COUNT": 2}
    actions.attach(taken, by=people.lea, files=[photo(), photo()])
    with refused(taken, NotPossible, "files"):
        actions.attach(taken, by=people.lea, files=[photo(), photo(), photo()])


def test_a_refused_file_leaves_nothing_on_disk(taken, people, empty_file, tmp_path):
    with refused(taken, NotPossible, "files"):
        actions.attach(taken, by=people.lea, files=[photo(), empty_file])
    assert stored_files(tmp_path) == []


# -- types: the content decides --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png"),
        ("dossier.png", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        ("photo.png", b"bonjour", "application/octet-stream"),
        ("archive.zip", b"PK\x03\x04" + b"\x00" * 60, "application/zip"),
        ("page.png", b"<html><script>alert(1)</script>", "text/html"),
        ("a", b"\x00", "application/octet-stream"),
    ],
)
def test_the_content_type_is_detected_from_the_content(taken, people, name, content, kind):
    """S-FILE-03"""
    event = actions.attach(taken, by=people.lea, files=[SimpleUploadedFile(name, content)])
    assert event.attachments.get().content_type == kind


# -- names: shown, never used as paths ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../x", "x"),
        ("..\\x", "x"),
        ("/etc/passwd", "passwd"),
        ("a\0.png", "a.png"),
        (".htaccess", "htaccess"),
        ("\u200b.htaccess", "htaccess"),
        ("x.php.jpg", "x.php.jpg"),
        ("CON", "CON"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ('"; filename=x', '"; filename=x'),
        ("\u202egpj.exe", "gpj.exe"),
        ("\r\nSet-Cookie: a", "Set-Cookie: a"),
        ("<script>.txt", "<script>.txt"),
        ("", "file"),
        ("...", "file"),
        ("é" * 300 + ".tar.gz", "é" * 130 + ".gz"),
        ("\ud800.txt", "txt"),
    ],
)
def test_a_name_is_normalised_then_checked(sent, shown):
    """S-FILE-01"""
    assert clean_name(sent) == shown


@pytest.mark.parametrize("name", ["../../evil", "ab/evil", "/etc/passwd", "\u202egpj.exe", ""])
def test_the_path_says_nothing_of_the_file(taken, people, name, tmp_path):
    """S-FILE-01"""
    event = actions.attach(taken, by=people.lea, files=[ContentFile(b"contenu", name=name)])
    attachment = event.attachments.get()
    folder, _, path = attachment.file.name.partition("/")
    assert path.startswith(folder)
    assert len(path) == 32
    assert [p.name for p in stored_files(tmp_path)] == [path]


# -- disks fail ------------------------------------------------------------------------------------


class FullDisk(FileSystemStorage):
    """A disk that is full after the first file, with half of the second on it."""

    written = 0

    def _save(self, name, content):
        FullDisk.written += 1
        if FullDisk.written == 2:
            super()._save(name, ContentFile(b"half"))
            raise OSError(errno.ENOSPC, "No space left on device")
        return super()._save(name, content)


@pytest.fixture
def full_disk(monkeypatch, tmp_path):
    FullDisk.written = 0
    storage = FullDisk(location=tmp_path / "disk")
    monkeypatch.setitem(storages._storages, "helpdesk", storage)
    return tmp_path / "disk"


def test_a_full_disk_leaves_neither_row_nor_file(taken, people, full_disk, caplog):
    """R-28"""
    with refused(taken, NotPossible, "files"):
        actions.comment(taken, by=people.lea, text="Voyez.", files=[photo(), photo(), photo()])
    assert stored_files(full_disk) == []
    assert "No space left" in caplog.text


def test_a_failed_upload_does_not_disturb_the_next_action(taken, people, full_disk):
    """R-28"""
    with refused(taken, NotPossible, "files"):
        actions.comment(taken, by=people.lea, text="Voyez.", files=[photo(), photo()])
    actions.comment(taken, by=people.lea, text="Voyez.", files=[photo()])
    assert Attachment.objects.count() == 1


def test_a_file_that_breaks_otherwise_is_not_called_a_full_disk(taken, people, tmp_path):
    class Torn(SimpleUploadedFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise RuntimeError("torn")

    with refused(taken, RuntimeError):
        actions.attach(taken, by=people.lea, files=[Torn("x.bin", b"0" * 9)])
    assert stored_files(tmp_path) == []


def test_many_large_files_pass_through_little_memory(taken, people, tmp_path):
    """R-38: two hundred files of a megabyte, never one of them whole in memory."""
    path = tmp_path / "plan.bin"
    with path.open("wb") as sparse:
        sparse.truncate(1024 * 1024)
    tracemalloc.start()
    try:
        for _ in range(20):
            with ExitStack() as opened:
                files = [File(opened.enter_context(path.open("rb")), "plan") for _ in range(10)]
                actions.attach(taken, by=people.lea, files=files)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert Attachment.objects.filter(size=1024 * 1024).count() == 200
    assert peak < 8 * 1024 * 1024
