"""How Sphinx builds the site of the documentation: `make docs-site`."""

import os
import re
import tomllib
from pathlib import Path

from docutils import nodes
from pygments.lexers.special import TextLexer
from pygments.lexers.templates import HtmlDjangoLexer
from sphinx.addnodes import download_reference, pending_xref
from sphinx.application import Sphinx

DOCS = Path(__file__).parent
PROJECT = DOCS.parent
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

project = "wagtail-intranet-helpdesk"
author = PYPROJECT["authors"][0]["name"]
project_copyright = author
found = re.search(
    r'__version__ = "([^"]+)"', (PROJECT / "wagtail_helpdesk/__init__.py").read_text()
)
version = release = found[1] if found else ""

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "Helpdesk for Wagtail intranets"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": PYPROJECT["urls"]["Source"],
    "source_branch": "main",
    "source_directory": "docs/",
}


def link_to_the_repository(app: Sphinx, tree: nodes.document) -> None:
    """Let links to files outside docs lead to the repository; a link to nothing is a warning of MyST."""
    source = PYPROJECT["urls"]["Source"].rstrip("/")
    folder = Path(app.env.doc2path(app.env.docname)).parent
    for node in list(tree.findall(is_link_to_a_file)):
        path = find_file(folder, str(node["reftarget"]).partition("#")[0])
        if path is not None and not path.is_relative_to(DOCS):
            kind = "tree" if path.is_dir() else "blob"
            url = f"{source}/{kind}/main/{path.relative_to(PROJECT).as_posix()}"
            node.replace_self(nodes.reference("", "", *node.children, refuri=url))


def is_link_to_a_file(node: nodes.Node) -> bool:
    """Return whether a node is a link that Sphinx still has to resolve."""
    return isinstance(node, pending_xref | download_reference)


def find_file(folder: Path, target: str) -> Path | None:
    """Return the file or folder that a relative link names, None if there is none."""
    paths = (Path(os.path.normpath(folder / f"{target}{ending}")) for ending in ("", ".md"))
    return next((path for path in paths if path.exists()), None)


def setup(app: Sphinx) -> None:
    """Register what this file adds to Sphinx."""
    app.add_lexer("mermaid", TextLexer)
    app.add_lexer("crontab", TextLexer)
    app.add_lexer("html", HtmlDjangoLexer)  # most examples of HTML are templates
    app.connect("doctree-read", link_to_the_repository)
