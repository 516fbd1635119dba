"""The settings of the helpdesk, ``WAGTAIL_HELPDESK = {...}``: lazy, each with a docstring.

docs/reference/settings.md is printed from them, by the groups that the comments name.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

_OWN_ACCOUNTS = "wagtail_helpdesk.directory.users.UserDirectory"


class HelpdeskSettings:
    """One property per setting. A missing key means the default written here."""

    def _get(self, name: str, default: Any) -> Any:
        return getattr(settings, "WAGTAIL_HELPDESK", {}).get(name, default)

    # -- Pages -------------------------------------------------------------------------------------

    @property
    def BASE_TEMPLATE(self) -> str:
        """Template of the host site that the helpdesk's pages extend."""
        return self._get("BASE_TEMPLATE", "base.html")

    # -- Tickets -----------------------------------------------------------------------------------

    @property
    def DEFAULT_PRIORITY(self) -> int:
        """Priority of a ticket when neither category nor service sets one, 1 to 5."""
        return self._get("DEFAULT_PRIORITY", 3)

    @property
    def DEFAULT_VISIBILITY(self) -> str:
        """Visibility of a ticket when neither category nor service says another: ``"private"``, ``"public"``."""
        return self._get("DEFAULT_VISIBILITY", "private")

    @property
    def DEFAULT_ALGORITHM(self) -> str:
        """Assignment algorithm when neither category nor service sets one.

        ``"nobody"``, ``"first"``, ``"cyclic"``, ``"random"`` or ``"least_loaded"``.
        """
        return self._get("DEFAULT_ALGORITHM", "nobody")

    @property
    def SUBJECT_MAX_LENGTH(self) -> int:
        """Longest subject of a ticket, in characters; at most 255."""
        return min(self._get("SUBJECT_MAX_LENGTH", 200), 255)

    @property
    def MESSAGE_MAX_LENGTH(self) -> int:
        """Longest message, in characters."""
        return self._get("MESSAGE_MAX_LENGTH", 20_000)

    @property
    def EXPIRY_DAYS(self) -> int:
        """Days after which a closure that the requester never answered expires."""
        return self._get("EXPIRY_DAYS", 14)

    # -- Attached files ----------------------------------------------------------------------------

    @property
    def FILE_STORAGE(self) -> str:
        """Alias in ``STORAGES`` of the private storage of attached files.

        Without such an alias files are kept below ``FILE_ROOT``.
        """
        return self._get("FILE_STORAGE", "helpdesk")

    @property
    def FILE_ROOT(self) -> str:
        """Folder of the attached files when ``STORAGES`` names none.

        Below ``MEDIA_ROOT`` or ``STATIC_ROOT`` everybody could read them: ``manage.py check`` refuses it.

        Default: ``helpdesk_files`` in ``BASE_DIR``.
        """
        root = self._get("FILE_ROOT", None)
        # BASE_DIR is a custom of start templates, not a setting of Django.
        return str(root or Path(getattr(settings, "BASE_DIR", "."), "helpdesk_files"))

    @property
    def FILE_MAX_SIZE(self) -> int:
        """Largest attached file, in bytes."""
        return self._get("FILE_MAX_SIZE", 10 * 1024 * 1024)

    @property
    def FILES_MAX_COUNT(self) -> int:
        """Largest number of files that one act may carry."""
        return self._get("FILES_MAX_COUNT", 10)

    @property
    def SUBMISSION_DAYS(self) -> int:
        """Days for which a form can be sent again, and files of an unfinished form are stored."""
        return self._get("SUBMISSION_DAYS", 2)

    @property
    def KEPT_FILES_MAX_COUNT(self) -> int:
        """Files kept for one person beside unfinished forms; a new one drives out the oldest."""
        return self._get("KEPT_FILES_MAX_COUNT", 30)

    @property
    def DRAFT_DAYS(self) -> int:
        """Days for which a browser keeps what was typed into a form and not sent; 0: not at all."""
        return self._get("DRAFT_DAYS", 7)

    # -- Alerts and reports ------------------------------------------------------------------------

    @property
    def DEFAULT_MONITORING(self) -> str:
        """Monitoring preset of managers when neither they nor the service chose one.

        ``"none"``, ``"minimal"``, ``"medium"``, ``"high"`` or ``"full"``.
        """
        return self._get("DEFAULT_MONITORING", "medium")

    @property
    def DEFAULT_REPORT(self) -> Mapping[str, Any]:
        """What the daily reports of managers list and when, unless they chose otherwise.

        Any of ``shows`` (of ``"managed"``, ``"member"``, ``"free"``, in order), ``first_hour``,
        ``second_hour`` (0 to 23, or ``None``) and ``weekends``.

        Default: all three in this order, at 8, no second time, not at weekends.
        """
        return self._get("DEFAULT_REPORT", {})

    @property
    def ALERT_DELAY(self) -> int:
        """Seconds within which acts on a ticket travel in one mail; questions never wait."""
        return self._get("ALERT_DELAY", 0)

    @property
    def HOLIDAYS(self) -> Any:
        """Days without daily reports: a country (``"FR"``, ``"DE-BY"``) or a set of dates.

        A country needs the library ``holidays`` (``pip install wagtail-intranet-helpdesk[holidays]``).
        """
        return self._get("HOLIDAYS", ())

    @property
    def FROM_EMAIL(self) -> str:
        """Address that mails come from; the service's name is put in front of it.

        Default: ``DEFAULT_FROM_EMAIL``.
        """
        return self._get("FROM_EMAIL", settings.DEFAULT_FROM_EMAIL)

    @property
    def ALERT_ADDRESS_DOMAINS(self) -> Collection[str]:
        """Domains of the extra addresses to alert that services and categories may name; ``"*"``: any.

        The address of an account is alerted of what its owner may read, whatever its domain.

        Default: the domains of ``FROM_EMAIL``, ``DEFAULT_FROM_EMAIL`` and ``SERVER_EMAIL``.
        """
        own = (self.FROM_EMAIL, settings.DEFAULT_FROM_EMAIL, settings.SERVER_EMAIL)
        domains = {address.rpartition("@")[2].strip("> ").lower() for address in own}
        return self._get("ALERT_ADDRESS_DOMAINS", sorted(domains))

    @property
    def MAIL_DOMAIN(self) -> str:
        """Right-hand side of Message-ID and List-Id.

        Default: the domain of ``FROM_EMAIL``.
        """
        domain = self._get("MAIL_DOMAIN", self.FROM_EMAIL.rpartition("@")[2].strip("> "))
        return punycode(domain)  # an identifier in a header is ASCII

    @property
    def MAIL_LEASE(self) -> int:
        """Seconds for which a process may work on a mail; more than three times the SMTP timeout."""
        return self._get("MAIL_LEASE", 120)

    @property
    def TRACE_DAYS(self) -> int:
        """Days for which one can see who was told of an event, and why."""
        return self._get("TRACE_DAYS", 90)

    # -- Finding people ----------------------------------------------------------------------------

    @property
    def DIRECTORY(self) -> str:
        """Dotted path of the class that finds people; see ``docs/how-to/ldap.md`` for the LDAP one."""
        return self._get("DIRECTORY", _OWN_ACCOUNTS)

    @property
    def PEOPLE_SEARCH_FIELDS(self) -> Collection[str]:
        """Fields of the user model in which a search for people looks, relations with ``__``.

        Default: those of ``first_name``, ``last_name``, ``full_name`` and ``name`` that the model has,
        the identifier and the e-mail address.
        """
        return self._get("PEOPLE_SEARCH_FIELDS", ())

    @property
    def TRUST_ACCOUNT_ADDRESSES(self) -> bool:
        """Whether only administrators set the e-mail addresses of accounts.

        If so, an address names the account that bears it. Otherwise the form shows whose account it
        is and asks. Addresses that the directory of ``DIRECTORY`` confirms are never asked about.

        Default: True without a directory, if ``WAGTAIL_EMAIL_MANAGEMENT_ENABLED`` is False.
        """
        administered = (
            self.DIRECTORY == _OWN_ACCOUNTS
            and getattr(settings, "WAGTAIL_EMAIL_MANAGEMENT_ENABLED", True) is False
        )
        return self._get("TRUST_ACCOUNT_ADDRESSES", administered)

    @property
    def DIRECTORY_TIMEOUT(self) -> float:
        """Seconds after which a directory that does not answer counts as down."""
        return self._get("DIRECTORY_TIMEOUT", 5)

    @property
    def IDENTIFIER_LABEL(self) -> str:
        """What people call the identifier in forms: “LDAP identifier”, “login”…"""
        return self._get("IDENTIFIER_LABEL", _("Identifier"))

    @property
    def DIRECTORY_SEARCH_LABEL(self) -> str:
        """What the button beside the field for identifiers is called: “LDAP search”…"""
        return self._get("DIRECTORY_SEARCH_LABEL", _("Directory search"))

    @property
    def DIRECTORY_CANDIDATE(self) -> Mapping[str, Any]:
        """What a search shows of people besides name, identifier and address: attribute → label.

        Everybody who may invite reads it.
        """
        return self._get("DIRECTORY_CANDIDATE", {})

    @property
    def DIRECTORY_CARD(self) -> Mapping[str, Any]:
        """What managers read about the requester, beside the ticket: attribute → label."""
        return self._get("DIRECTORY_CARD", {})

    @property
    def DIRECTORY_CARD_SECONDS(self) -> int:
        """Seconds for which a requester's card is kept before the directory is asked again."""
        return self._get("DIRECTORY_CARD_SECONDS", 3600)

    @property
    def DIRECTORY_GROUPS(self) -> Mapping[str, Any]:
        """Groups of the directory whose members manage a service: group → name of the service."""
        return self._get("DIRECTORY_GROUPS", {})

    @property
    def DIRECTORY_STABLE_ID(self) -> str:
        """LDAP attribute that stays the same when a person gets another identifier; empty: none.

        ``objectGUID`` in Active Directory.
        """
        return self._get("DIRECTORY_STABLE_ID", "entryUUID")

    @property
    def LEAVERS_SHARE_LIMIT(self) -> float:
        """Largest share of people, 0 to 1, that one synchronisation may remove; more stops it."""
        return self._get("LEAVERS_SHARE_LIMIT", 0.1)

    # -- Guests from outside -----------------------------------------------------------------------

    @property
    def EXTERNAL_GUESTS(self) -> bool:
        """Whether an address that the directory does not know may be invited."""
        return self._get("EXTERNAL_GUESTS", False)

    @property
    def EXTERNAL_GUEST_DOMAINS(self) -> Collection[str]:
        """Domains of the addresses that may be invited from outside; empty: any."""
        return self._get("EXTERNAL_GUEST_DOMAINS", ())

    @property
    def EXTERNAL_GUEST_GROUP(self) -> str:
        """Name of the group that external guests are put in, which tells them from the directory's people."""
        return self._get("EXTERNAL_GUEST_GROUP", "External guests")

    # -- What one person may do --------------------------------------------------------------------

    @property
    def ACTS_PER_MINUTE(self) -> int:
        """Forms about tickets that one person may send within a minute, on the intranet pages."""
        return self._get("ACTS_PER_MINUTE", 30)

    @property
    def TICKETS_PER_HOUR(self) -> int:
        """Tickets that one person may open within an hour, on the intranet pages."""
        return self._get("TICKETS_PER_HOUR", 60)

    @property
    def INVITATIONS_PER_HOUR(self) -> int:
        """People whom one person may invite within an hour, on the intranet pages."""
        return self._get("INVITATIONS_PER_HOUR", 200)

    @property
    def DIRECTORY_SEARCHES_PER_MINUTE(self) -> int:
        """Searches in the directory that one person may make within a minute."""
        return self._get("DIRECTORY_SEARCHES_PER_MINUTE", 30)

    @property
    def DIRECTORY_LOOKUPS_PER_HOUR(self) -> int:
        """People whom one person may name by identifier or address within an hour, found or not."""
        return self._get("DIRECTORY_LOOKUPS_PER_HOUR", 500)

    @property
    def SEARCHES_PER_MINUTE(self) -> int:
        """Searches in tickets and in the catalogue that one person may make within a minute."""
        return self._get("SEARCHES_PER_MINUTE", 60)

    @property
    def REPORTS_PER_HOUR(self) -> int:
        """Reports that one person may have sent at once, without waiting for their hour, within an hour."""
        return self._get("REPORTS_PER_HOUR", 10)

    @property
    def UPLOAD_BYTES_PER_DAY(self) -> int:
        """Bytes of files that one person may send within a day, kept or not."""
        return self._get("UPLOAD_BYTES_PER_DAY", 300 * 1024 * 1024)

    # -- Search ------------------------------------------------------------------------------------

    @property
    def SEARCH_BACKEND(self) -> str:
        """Where to search: ``"database"``, or the name of an OpenSearch or Elasticsearch entry of
        ``WAGTAILSEARCH_BACKENDS``.
        """
        return self._get("SEARCH_BACKEND", "database")


def get_setting_names() -> Mapping[str, str]:
    """Return name and docstring of every setting, for the reference page and the checks."""
    return {
        name: (value.fget.__doc__ or "")
        for name, value in vars(HelpdeskSettings).items()
        if isinstance(value, property)
    }


helpdesk_settings = HelpdeskSettings()
