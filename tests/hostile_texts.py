"""Texts that renderers lose words of, or spend too long on, in the words of people and of attackers."""

#: What people of a university type into a message, where every sign counts.
TYPED = [
    r"\\nas01\compta\_2026",
    "P@ss*w0rd*12",
    "Mot de passe : *Soleil2026*",
    "__init__.py et __main__",
    "rm *.log *.txt, puis 2*3*4 et **kwargs",
    "chercher *facture* dans C:\\Temp\\*",
    "- 5 °C",
    "- 5 °C dehors\n- 7 °C hier",
    "> 30 °C dans la salle",
    "1. oui\n3. non\n5. peut-être",
    "1) oui\n01) non",
    "Merci.\n--\nLéa",
    "Merci.\n\n-- \nLéa Fournier",
    "Titre\n===\net\n---",
    "- Léa",
    ">" * 120 + " E042",
    "> " * 120 + "E042",
    ">>> import os",
    "| a |\n|---|\n| b | c | d |",
    "[x](/rel)",
    "[x](https:/admin/logout/)",
    "[x](https://)",
    "![x](https://arvelle.example/x.png)",
    "[ERROR]: timeout",
    "[1]: https://arvelle.example\nvoir [1]",
    "setup.py, README.md et script.sh",
    "&nbsp; &amp; &lt;b&gt; &#65;",
    "# apt update\n#1234 et # 12",
    "<b>gras</b> <!-- rien --> <script>alert(1)</script>",
    "```bash\nls *.py\n```",
    "```\njamais fermé",
    "```\n```",
    "a`nb`tc et `date`",
    "~/notes~~vieux~~",
    "une\u000bautre\u2028encore\u2029fin\x85là\fou",
    "    quatre espaces\n\tune tabulation",
    "* un\n+ deux\n• trois\n* quatre",
    "+ rapide\n- cher\n- lent",
    "- un\n- deux\n  - encore\n  - et encore\n    - x\n    - y\n      - z\n      - zz",
    "> cité\n>\n> > plus loin\n> fin\n>\nmoi",
    "> a\n> >",
    "- a\n  > b\n- c",
    "👩‍💻 می‌خواهم soft\u00adhyphen",
    "https://fr.wikipedia.org/wiki/Caen_(ville), www.arvelle.fr. (lea@arvelle.fr)",
    "**https://arvelle.example/**",
    "**a *b ~~c** d* e~~",
    "**deux\nlignes**",
    "x@y@z.fr et a.b@c-d.example.",
    "\x1b[31mrouge\x1b[0m",
]

#: Beginnings that are repeated up to the longest message.
REPEATED = [
    "xn--a.", "a@", "a@b.", "mailto:", "www.", "www.a.", "https://", "<http://", "http://a.", "a.b@c.fr ",
    "www.a.fr ", "[", "]", "[a](", "[a](https://", "[a](https://b", "(d)", "[a](https://x.fr) ",
    "[www.a.fr](https://x.fr) ", "[a@b.fr](https://x.fr) ", "![", "*", "**",
    "*a ", "a* ", "**a *b ~~c ", "(*", "_a ", "~", "~~a ", "`", "`a", "``", "```\n", "```a\n", "> ", ">",
    "> a\n", ">> a\n> b\n", "- ", "- a\n", "  - a\n", "- a\n  - b\n", "> - a\n", "|", "|-", "| a |\n|-|\n", "\\",
    "<", "&", '"', "\n", " \n", "a\n\n", "\u2028", "1. a\n", "#", "# a\n", "---\n", "a\n---\n", "\u0301", "é",
]  # fmt: skip


def of_length(beginning: str, length: int, ending: str = "x") -> str:
    """Return a text of so many characters that repeats its beginning."""
    return (beginning * (length // len(beginning) + 1))[: length - len(ending)] + ending
