"""A bound LDAP connection with a deadline, which never returns partial results unnoticed."""

from __future__ import annotations

import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import ldap

from ..errors import DirectoryUnavailable

if TYPE_CHECKING:
    from django_auth_ldap.backend import LDAPBackend

logger = logging.getLogger(__name__)

#: Errors of a working server that rejects the service account.
_REFUSALS = (
    ldap.INVALID_CREDENTIALS,
    ldap.INAPPROPRIATE_AUTH,
    ldap.INSUFFICIENT_ACCESS,
    ldap.STRONG_AUTH_REQUIRED,
    ldap.CONFIDENTIALITY_REQUIRED,
    ldap.UNWILLING_TO_PERFORM,
)


@dataclass(frozen=True)
class LDAPEntry:
    """An entry of the directory, with attribute names in lower case and values as text."""

    dn: str
    attributes: dict[str, list[str]]
    #: The first value of each binary attribute, such as a GUID, in hexadecimal.
    binary: dict[str, str] = field(default_factory=dict)

    def stable_id(self, attribute: str) -> str:
        """Return the first value of an attribute, text or not, or the empty string."""
        return self.binary.get(attribute.lower(), "") or self.first(attribute)

    def first(self, attribute: str) -> str:
        """Return the first value of an attribute, or the empty string."""
        values = self.attributes.get(attribute.lower())
        return values[0] if values else ""


class LdapConnection:
    """A bound connection with the settings of a django-auth-ldap back end, for ``seconds`` in all."""

    def __init__(self, backend: LDAPBackend, seconds: float) -> None:
        self._settings = backend.settings
        self._seconds = seconds
        self._deadline = monotonic() + seconds
        # Set on the backend, so that it applies to django-auth-ldap as well.
        set_timeout(self._settings, seconds)
        self._connection = backend.ldap.initialize(self._settings.SERVER_URI(), bytes_mode=False)
        for option, value in self._settings.CONNECTION_OPTIONS.items():
            self._connection.set_option(option, value)

    def bind(self) -> None:
        """Bind as the service account, after StartTLS if it is set."""
        name, password = self._settings.BIND_DN, self._settings.BIND_PASSWORD
        if name and not password:
            # RFC 4513 5.1.2: a name without a password counts as a successful anonymous bind.
            raise DirectoryUnavailable("the service account has no password", reason="refused")
        if self._settings.START_TLS:
            self._connection.start_tls_s()
        self._connection.simple_bind_s(name, password)

    def search(
        self,
        base: str,
        scope: int,
        filterstr: str,
        attributes: Iterable[str],
        *,
        limit: int = 0,
        whole: bool = False,
    ) -> list[LDAPEntry]:
        """Return the matching entries, at most ``limit`` if it is not 0.

        With ``whole`` anything that could hide an entry raises, such as a limit of the server or a
        referral. Each of these searches has the full timeout, because no page waits for it.
        """
        if whole:
            self._deadline = monotonic() + self._seconds
        message = self._connection.search_ext(
            base, scope, filterstr, list(attributes), timeout=self._left(), sizelimit=limit
        )
        try:
            return self._gather(message, whole=whole)
        except ldap.NO_SUCH_OBJECT:
            if scope == ldap.SCOPE_BASE:
                return []
            raise

    def close(self) -> None:
        """Close the connection, in any state."""
        try:
            self._connection.unbind_ext_s()
        except ldap.LDAPError:
            logger.debug("The LDAP connection was closed already", exc_info=True)

    def _left(self) -> float:
        left = self._deadline - monotonic()
        if left <= 0:
            raise ldap.TIMEOUT({"desc": "Timed out"})
        return left

    def _gather(self, message: int, *, whole: bool) -> list[LDAPEntry]:
        """Read the results one by one: python-ldap drops those before a size limit otherwise."""
        entries: list[LDAPEntry] = []
        while True:
            try:
                kind, results = self._connection.result(message, all=0, timeout=self._left())
            except ldap.SIZELIMIT_EXCEEDED:
                if whole:
                    raise
                return entries
            if whole and kind == ldap.RES_SEARCH_REFERENCE:
                raise DirectoryUnavailable("a part of the searched tree lives on another server")
            entries += [
                read_entry(dn, values)
                for dn, values in results
                if dn is not None and isinstance(values, dict)
            ]
            if kind == ldap.RES_SEARCH_RESULT:
                return entries


def set_timeout(settings: Any, seconds: float) -> None:
    """Set a timeout in the settings of a django-auth-ldap backend."""
    settings.CONNECTION_OPTIONS = {
        **settings.CONNECTION_OPTIONS,
        ldap.OPT_NETWORK_TIMEOUT: seconds,
        ldap.OPT_TIMEOUT: seconds,
        # Referrals would send the service account's password to a host named by an entry.
        ldap.OPT_REFERRALS: 0,
    }
    uri = settings.SERVER_URI
    settings.SERVER_URI = RespondingServers(
        uri.uri if isinstance(uri, RespondingServers) else uri, seconds
    )


class RespondingServers:
    """A ``SERVER_URI`` without the TLS servers that accept a connection and never respond.

    libldap with GnuTLS, as in Debian, ignores its timeouts during the TLS handshake.
    """

    def __init__(self, uri: str | Callable[[Any], str], seconds: float) -> None:
        self.uri, self._seconds = uri, seconds
        self._answering = ""

    def __call__(self, request: Any = None) -> str:
        self._answering = self._answering or self._find_responding(request)
        return self._answering

    def _find_responding(self, request: Any) -> str:
        uri = self.uri(request) if callable(self.uri) else self.uri
        servers = re.split(r"[\s,]+", uri.strip())
        each = self._seconds / len(servers)
        answering = [server for server in servers if not _is_silent(server, each)]
        if not answering:
            raise ldap.TIMEOUT({"desc": "No word from the TLS server"})
        return " ".join(answering)


def _is_silent(server: str, seconds: float) -> bool:
    url = urlsplit(server)
    if url.scheme != "ldaps" or not url.hostname:
        return False
    # Certificates are not checked here: libldap does it by its own settings.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(
            (url.hostname, url.port or 636), timeout=seconds
        ) as connection:
            context.wrap_socket(connection, server_hostname=url.hostname).close()
    except TimeoutError:
        return True
    except OSError:
        # Refused, or a TLS error: libldap reports it immediately.
        return False
    return False


@contextmanager
def connect(backend: LDAPBackend, seconds: float) -> Iterator[LdapConnection]:
    """Yield a bound connection. LDAP errors are raised as ``DirectoryUnavailable``."""
    try:
        connection = LdapConnection(backend, seconds)
        try:
            connection.bind()
            yield connection
        finally:
            connection.close()
    except ldap.LDAPError as error:
        raise make_unavailable_error(error) from error


def make_unavailable_error(error: ldap.LDAPError) -> DirectoryUnavailable:
    """Return the error for an LDAP error: the server is down, or refuses the service account."""
    refused = isinstance(error, _REFUSALS)
    detail = _detail(error)
    # A refusal needs an administrator; a server that is down usually does not.
    logger.log(
        logging.ERROR if refused else logging.WARNING,
        "The LDAP directory gave no answer: %s",
        detail,
    )
    return DirectoryUnavailable(detail, reason="refused" if refused else "down")


def _detail(error: ldap.LDAPError) -> str:
    info: Any = error.args[0] if error.args else {}
    description = info.get("desc", "") if isinstance(info, dict) else str(info)
    return f"{type(error).__name__}: {description}" if description else type(error).__name__


def read_entry(dn: str, values: dict[str, list[bytes]]) -> LDAPEntry:
    """Return the entry of a python-ldap result."""
    return LDAPEntry(
        dn,
        {
            name.lower(): [value.decode("utf-8", "replace") for value in found]
            for name, found in values.items()
        },
        {name.lower(): found[0].hex() for name, found in values.items() if _is_binary(found[:1])},
    )


def _is_binary(values: list[bytes]) -> bool:
    try:
        return any(not value.decode("utf-8").isprintable() for value in values)
    except UnicodeDecodeError:
        return True
