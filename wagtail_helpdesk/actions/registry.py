"""The verbs: their row of the table, their function and its parameters, in one registry."""

from __future__ import annotations

import inspect
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property, wraps
from types import MappingProxyType
from typing import Any, TypedDict, TypeVar, cast, get_type_hints

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction

from wagtail_helpdesk import hooks
from wagtail_helpdesk.lifecycle import ACTIONS, Action, Source
from wagtail_helpdesk.models import Submission, Ticket

from .idempotency import EventBatch, SubmissionId, compute_digest, perform_once
from .locking import refresh_ticket, restore_on_failure
from .message_text import render_message

Function = TypeVar("Function", bound=Callable[..., Any])


class Form(TypedDict, total=False):
    """What nearly every verb takes: a message in Markdown, files, and the id of the form."""

    text: str
    files: Sequence[File]
    submission: SubmissionId


#: Keywords of a verb that are not data of a form: entry points pass them separately.
CONTEXT_PARAMETERS = frozenset({"by", "seen", "submission", "ordered_by"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a verb."""

    name: str
    #: The type, or its name where it cannot be resolved.
    type: Any
    is_required: bool
    default: Any = None


@dataclass(frozen=True)
class Verb:
    """An action that can be performed: its row, its function, and its parameters."""

    action: Action
    function: Callable[..., Any]

    @property
    def name(self) -> str:
        """The name of the action and of the function."""
        return self.action.name

    @cached_property
    def subject(self) -> str:
        """The name of the first parameter: ``ticket``; ``category`` where a ticket is opened."""
        return next(iter(self._signature.parameters))

    @cached_property
    def keywords(self) -> Mapping[str, Parameter]:
        """Every keyword argument, by name, in the order of the signature."""
        types = _resolve_types(self.function)
        found: dict[str, Parameter] = {}
        for parameter in list(self._signature.parameters.values())[1:]:
            if parameter.kind is parameter.VAR_KEYWORD:
                for name, default in {"text": "", "files": (), "submission": None}.items():
                    found.setdefault(name, Parameter(name, _FORM_TYPES[name], False, default))
                continue
            required = parameter.default is parameter.empty
            found[parameter.name] = Parameter(
                parameter.name,
                types.get(parameter.name, parameter.annotation),
                required,
                None if required else parameter.default,
            )
        return MappingProxyType(found)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The arguments that a form or a client fills in, by name."""
        return MappingProxyType(
            {n: p for n, p in self.keywords.items() if n not in CONTEXT_PARAMETERS}
        )

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    def check_names(self, names: Collection[str], known: Collection[str] | None = None) -> None:
        """Raise ``TypeError`` for arguments that the verb does not take."""
        unknown = sorted(set(names) - set(self.keywords if known is None else known))
        if unknown:
            raise TypeError(f"{self.name}() takes no argument {', '.join(map(repr, unknown))}.")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all arguments that decide what is done, defaults included."""
        defaults = {name: parameter.default for name, parameter in self.keywords.items()}
        arguments = defaults | dict(given)
        return {n: v for n, v in arguments.items() if n not in ("by", "submission")}

    def __call__(self, subject: Any, /, **given: Any) -> Any:
        """Perform the verb, whole or not at all, and once per submission; return its result.

        ``source`` is the entry point, see ``lifecycle.Source``; ``digest`` identifies the content of
        the form, by default by the arguments; ``bulk`` is the id of the form about several tickets
        that this is a part of.
        """
        submission, bulk = given.pop("submission", None), given.pop("bulk", None)
        source, digest = given.pop("source", None), given.pop("digest", None)
        self.check_names(given)
        if "text" in given:
            given["text"] = render_message(given["text"])
        with _restore_on_failure(subject):
            if isinstance(submission, EventBatch):
                with transaction.atomic():
                    return self._run(subject, submission, given)
            by = given.get("by")
            batch = EventBatch(submission, source or (Source.CODE if by else Source.SYSTEM), bulk)
            if submission is None:
                with transaction.atomic():
                    return self._run(subject, batch, given)
            row = self.build_submission(submission, subject, by, given, digest)
            result, is_new = perform_once(row, lambda: self._run(subject, batch, given))
            if not is_new and isinstance(subject, Ticket):
                refresh_ticket(subject, Ticket.objects.get(pk=subject.pk))
            return result

    def build_submission(
        self,
        pk: uuid.UUID,
        subject: Any,
        by: Any,
        given: Mapping[str, Any],
        digest: str | None = None,
    ) -> Submission:
        """Return the record of a form, not saved yet."""
        return Submission(
            pk=pk,
            actor=by,
            verb=self.name,
            digest=digest or compute_digest(subject, self.complete(given)),
            ticket=subject if isinstance(subject, Ticket) else None,
        )

    def _run(self, subject: Any, batch: EventBatch, given: Mapping[str, Any]) -> Any:
        extra = {"submission": batch} if "submission" in self.keywords else {}
        return self.function(subject, **given, **extra)


class VerbRegistry(Mapping[str, Verb]):
    """All verbs by name, those that host sites and optional apps register by the hook included."""

    def __init__(self) -> None:
        self._verbs: dict[str, Verb] = {}
        self._lock = threading.RLock()
        self._is_loaded = False

    def add(self, verb: Verb) -> None:
        """Add a verb and its row; raises ``ValueError`` when another one has its name."""
        ACTIONS.add(verb.action)
        if self._verbs.setdefault(verb.name, verb) is not verb:
            raise ValueError(f"There are two verbs called {verb.name!r}.")

    @contextmanager
    def added(self, *verbs: Verb) -> Iterator[None]:
        """Add verbs for the time of the block; for tests."""
        for verb in verbs:
            self.add(verb)
        try:
            yield
        finally:
            for verb in verbs:
                del self._verbs[verb.name]
                ACTIONS.remove(verb.name)

    def load(self) -> None:
        """Add what ``register_helpdesk_verb`` returns, once, when all apps are ready."""
        if self._is_loaded or not apps.ready:
            return
        with self._lock:
            if self._is_loaded:
                return
            # Before the call: a module with hooks may itself list the verbs.
            self._is_loaded = True
            for function in hooks.call_hooks(hooks.REGISTER_VERB):
                self.add(get_verb_of(function))

    def __getitem__(self, name: str) -> Verb:
        if name not in self._verbs:
            self.load()
        return self._verbs[name]

    def __iter__(self) -> Iterator[str]:
        self.load()
        return iter(tuple(self._verbs))

    def __len__(self) -> int:
        self.load()
        return len(self._verbs)


VERBS = VerbRegistry()
ACTIONS.load_with(VERBS.load)


def get_verb(name: str) -> Verb:
    """Return a verb by its name; raises ``LookupError`` when there is none."""
    try:
        return VERBS[name]
    except KeyError:
        raise LookupError(f"There is no verb called {name!r}.") from None


def get_verb_of(function: Any) -> Verb:
    """Return the verb of a decorated function; raises ``TypeError`` for any other function."""
    found = getattr(function, "verb", None)
    if not isinstance(found, Verb):
        raise TypeError(f"{function!r} is not decorated with @verb or @site_verb.")
    return found


def site_verb(action: Action) -> Callable[[Function], Function]:
    """Make a function the verb of a row that the hook ``register_helpdesk_verb`` adds.

    The function takes the ticket and, by keyword, ``by`` and its data; it ends with
    ``transition()`` and returns the event.
    """

    def decorate(function: Function) -> Function:
        found = Verb(action, function)

        @wraps(function)
        def perform_verb(subject: Any, /, **given: Any) -> Any:
            return found(subject, **given)

        perform_verb.verb = found  # type: ignore[attr-defined]
        return cast(Function, perform_verb)

    return decorate


def verb(action: Action) -> Callable[[Function], Function]:
    """Make a function the verb of a row of the table, and put it into the registry."""

    def decorate(function: Function) -> Function:
        decorated = site_verb(action)(function)
        VERBS.add(get_verb_of(decorated))
        return decorated

    return decorate


def _restore_on_failure(subject: Any) -> Any:
    return restore_on_failure(subject) if isinstance(subject, Ticket) else nullcontext()


_FORM_TYPES: dict[str, Any] = {"text": str, "files": Sequence[File], "submission": SubmissionId}


def _resolve_types(function: Callable[..., Any]) -> dict[str, Any]:
    # Modules import these for the type checker alone.
    names = {"User": get_user_model(), "Sequence": Sequence, "File": File, "uuid": uuid}
    try:
        return get_type_hints(function, {**names, **function.__globals__})
    except NameError:
        return dict(function.__annotations__)
