"""A title and a text in each language of the site: of canned answers and of incidents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.coreutils import get_content_languages, get_supported_content_language_variant

from wagtail_helpdesk.characters import clean_line, clean_text, has_visible
from wagtail_helpdesk.names import get_content_language

#: By the code of a language: ``{"title": …, "text": …}``.
Translations = dict[str, dict[str, str]]
PARTS = ("title", "text")


def get_other_languages() -> dict[str, str]:
    """Return the names of the site's content languages but the default one, by code."""
    default = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    return {code: name for code, name in get_content_languages().items() if code != default}


class TranslationsInput(forms.Widget):
    """An input for the title and one for the text, in each language but the default one.

    ``has_default`` adds the default language, where no other text stands beside the field.
    """

    template_name = "wagtail_helpdesk/widgets/translations.html"
    use_fieldset = True

    class Media:
        css: ClassVar[dict[str, Any]] = {"all": ["wagtail_helpdesk/admin/configuration.css"]}

    def __init__(self, attrs: Any = None, *, has_default: bool = False) -> None:
        super().__init__(attrs)
        self.has_default = has_default
        #: In characters; None for no limit.
        self.title_max_length: int | None = None

    def get_languages(self) -> dict[str, str]:
        """Return the names of the languages with inputs, by code."""
        return get_content_languages() if self.has_default else get_other_languages()

    def format_value(self, value: Any) -> Translations:
        """Return the texts to show; anything but texts by language is shown as nothing."""
        return value if isinstance(value, dict) else {}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        texts = self.format_value(value)
        context["languages"] = [
            {"code": code, "name": label, "prefix": f"{name}-{code}", **texts.get(code, {})}
            for code, label in self.get_languages().items()
        ]
        context["title_max_length"] = self.title_max_length
        return context

    def id_for_label(self, id_: str) -> str:
        """Return nothing: each of its inputs has a label of its own."""
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Translations:
        return {
            code: {part: str(data.get(f"{name}-{code}-{part}", "")) for part in PARTS}
            for code in self.get_languages()
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(
            f"{name}-{code}-{part}" in data for code in self.get_languages() for part in PARTS
        )


class TranslationsFormField(forms.Field):
    """Titles and texts by language; blank ones are left out.

    ``title_validators`` and ``text_validators`` check every title and every text. ``has_default``
    adds the default language; each text then needs a title, because there is no other to fall back
    on. A required field needs a title in at least one language.
    """

    widget = TranslationsInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": gettext_lazy("Please write a title in at least one language."),
        "no_title": gettext_lazy("The title is missing."),
    }

    def __init__(
        self,
        *,
        title_validators: Collection[Callable[[str], None]] = (),
        text_validators: Collection[Callable[[str], None]] = (),
        has_default: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.widget.has_default = has_default
        self.part_validators = {"title": [*title_validators], "text": [*text_validators]}
        limits = [v.limit_value for v in title_validators if isinstance(v, MaxLengthValidator)]
        self.widget.title_max_length = min(limits, default=None)

    def clean(self, value: Any) -> Translations:
        """Return the texts as they are stored; raise ``ValidationError`` with the language's name."""
        cleaned = dict(self._clean_parts(value if isinstance(value, dict) else {}))
        names = self.widget.get_languages()
        errors = [
            _("%(language)s: %(problem)s") % {"language": names[code], "problem": problem}
            for code, parts in cleaned.items()
            for problem in self._find_problems(parts)
        ]
        if self.required and not errors and not cleaned:
            errors = [self.error_messages["required"]]
        if errors:
            raise ValidationError(errors)
        return cleaned

    def _clean_parts(self, value: Translations) -> Iterator[tuple[str, dict[str, str]]]:
        for code in self.widget.get_languages():
            typed = value.get(code, {})
            title = clean_line(typed.get("title", ""))
            text = clean_text(typed.get("text", "")).strip()
            parts = {"title": title, "text": text}
            if kept := {part: text for part, text in parts.items() if has_visible(text)}:
                yield code, kept

    def _find_problems(self, parts: dict[str, str]) -> Iterator[str]:
        if self.widget.has_default and "title" not in parts:
            yield self.error_messages["no_title"]
        for part, text in parts.items():
            for validate in self.part_validators[part]:
                try:
                    validate(text)
                except ValidationError as error:
                    yield from error.messages

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


def choose_language(texts: Translations) -> str:
    """Return the reader's language if it has a title, else the site's, else the first that has one.

    Empty without any title.
    """
    written = sorted(language for language, parts in texts.items() if parts.get("title"))
    wanted = (get_content_language(), settings.LANGUAGE_CODE, settings.LANGUAGE_CODE[:2])
    return next((code for code in [*wanted, *written] if code in written), "")


def choose_translation(texts: Translations, language: str, part: str) -> str:
    """Return a title or a text in a language, empty where there is none."""
    return texts.get(language, {}).get(part, "")
