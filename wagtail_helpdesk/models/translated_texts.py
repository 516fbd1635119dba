"""A title and a text in each language of the site, beside the ones that all readers fall back to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.coreutils import get_content_languages, get_supported_content_language_variant

from wagtail_helpdesk.characters import clean_line, clean_text, has_visible

#: By the code of a language: ``{"title": …, "text": …}``.
Translations = dict[str, dict[str, str]]
PARTS = ("title", "text")


def get_other_languages() -> dict[str, str]:
    """Return the names of the site's content languages but the default one, by code."""
    default = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    return {code: name for code, name in get_content_languages().items() if code != default}


class TranslationsInput(forms.Widget):
    """A field for the title and one for the text, in each other language of the site."""

    template_name = "wagtail_helpdesk/widgets/translations.html"
    use_fieldset = True

    def format_value(self, value: Any) -> Translations:
        """Return the texts to show; anything but texts by language is shown as nothing."""
        return value if isinstance(value, dict) else {}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        texts = self.format_value(value)
        context["languages"] = [
            {"code": code, "name": label, "prefix": f"{name}-{code}", **texts.get(code, {})}
            for code, label in get_other_languages().items()
        ]
        return context

    def id_for_label(self, id_: str) -> str:
        """Return nothing: each of its fields has a label of its own."""
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Translations:
        return {
            code: {part: str(data.get(f"{name}-{code}-{part}", "")) for part in PARTS}
            for code in get_other_languages()
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(
            f"{name}-{code}-{part}" in data for code in get_other_languages() for part in PARTS
        )


class TranslationsFormField(forms.Field):
    """Titles and texts by language; blank ones are left out.

    ``title_validators`` and ``text_validators`` check every title and every text.
    """

    widget = TranslationsInput

    def __init__(
        self,
        *,
        title_validators: Iterable[Callable[[str], None]] = (),
        text_validators: Iterable[Callable[[str], None]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.part_validators = {"title": [*title_validators], "text": [*text_validators]}

    def clean(self, value: Any) -> Translations:
        """Return the texts as they are stored; raise ``ValidationError`` with the language's name."""
        cleaned = dict(self._clean_parts(value if isinstance(value, dict) else {}))
        errors = []
        for code, parts in cleaned.items():
            for part, text in parts.items():
                errors += list(self._find_errors(code, part, text))
        if errors:
            raise ValidationError(errors)
        return cleaned

    def _clean_parts(self, value: Translations) -> Iterator[tuple[str, dict[str, str]]]:
        for code in get_other_languages():
            typed = value.get(code, {})
            title = clean_line(typed.get("title", ""))
            text = clean_text(typed.get("text", "")).strip()
            parts = {"title": title, "text": text}
            if kept := {part: text for part, text in parts.items() if has_visible(text)}:
                yield code, kept

    def _find_errors(self, code: str, part: str, text: str) -> Iterator[str]:
        for validate in self.part_validators[part]:
            try:
                validate(text)
            except ValidationError as error:
                name = get_other_languages()[code]
                yield from (f"{name} – {message}" for message in error.messages)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return dict(self._clean_parts(initial or {})) != dict(self._clean_parts(data or {}))


class TranslationsField(models.JSONField):
    """Titles and texts by language, stored as JSON."""

    def __init__(
        self, *args: Any, title_validators: Any = (), text_validators: Any = (), **kwargs: Any
    ) -> None:
        self.title_validators, self.text_validators = title_validators, text_validators
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """Return the form field with a pair of inputs for each language."""
        kwargs.pop("encoder", None)
        return models.Field.formfield(
            self,
            **{
                "form_class": TranslationsFormField,
                "title_validators": self.title_validators,
                "text_validators": self.text_validators,
                **kwargs,
            },
        )


def choose_translation(texts: Translations, language: str, part: str) -> str:
    """Return a title or a text in a language, empty where there is none."""
    return texts.get(language, {}).get(part, "")
