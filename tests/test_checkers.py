"""The page checkers see what they are there for."""

import pytest

from tests.checkers import accessibility_problems, html_problems

GOOD = """<!doctype html>
<html lang="fr"><head><title>Assistance</title></head>
<body><main><h1>Assistance</h1></main></body></html>
"""
BAD = GOOD.replace("<h1>", '<img src="/radiateur.png"><h1>')


@pytest.mark.browser
@pytest.mark.parametrize(("text", "problems"), [(GOOD, 0), (BAD, 1)])
def test_axe_notices_an_image_without_text(browser, text, problems):
    page = browser.new_page()
    page.set_content(text)
    found = accessibility_problems(page)
    page.close()
    assert len(found) == problems, found


@pytest.mark.servers
def test_vnu_notices_an_image_without_text():
    assert html_problems(GOOD) == []
    (problem,) = html_problems(GOOD, BAD)
    assert "alt" in problem
