"""The settings of the helpdesk, ``WAGTAIL_HELPDESK = {...}``: lazy, each with a docstring.

docs/reference/settings.md is generated from them, grouped by the comments.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

#: What administrators can decide in the Wagtail admin, unless ``WAGTAIL_HELPDESK`` has it.
ADMIN_SETTINGS = (
    "EXPIRY_DAYS",
    "DISPATCH_CATEGORY",
    "DEFAULT_MONITORING",
    "HOLIDAYS",
    "ALERT_ADDRESS_DOMAINS",
    "EXTERNAL_GUEST_DOMAINS",
)
_OWN_ACCOUNTS = "wagtail_helpdesk.directory.users.UserDirectory"


class HelpdeskSettings:
    """One property per setting, with its default."""

    #: Returns the values of the admin by name; the model's module replaces it.
    read_admin_values: Callable[[], Mapping[str, Any]] = staticmethod(dict)

    def _get(self, name: str, default: Any) -> Any:
        fixed = getattr(settings, "WAGTAIL_HELPDESK", {})
        if name in fixed or name not in ADMIN_SETTINGS:
            return fixed.get(name, default)
        return self.read_admin_values().get(name, default)

    def get_fixed(self, name: str, default: Any = None) -> Any:
        """Return the value in ``WAGTAIL_HELPDESK``, whatever the admin says; reads no database."""
        return getattr(settings, "WAGTAIL_HELPDESK", {}).get(name, default)

    # -- Pages -------------------------------------------------------------------------------------

    @property
    def BASE_TEMPLATE(self) -> str:
        """Template of the host site that the helpdesk's pages extend."""
        return self._get("BASE_TEMPLATE", "base.html")

    @property
    def ANSWER_PAGE_MODEL(self) -> str:
        """Page model of the drafts made of answered tickets: ``"portal.ContentPage"``; empty: not offered.

        The text goes into the first field that takes formatted text.
        """
        return self._get("ANSWER_PAGE_MODEL", "")

    # -- Tickets -----------------------------------------------------------------------------------

    @property
    def DEFAULT_PRIORITY(self) -> int:
        """Priority of a ticket when neither category nor service sets one, 1 to 5."""
        return self._get("DEFAULT_PRIORITY", 3)

    @property
    def DEFAULT_VISIBILITY(self) -> str:
        """Visibility of a ticket when neither category nor service sets one: ``"private"``, ``"public"``."""
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
        """Days after which a closure without an answer from the requester expires."""
        return self._get("EXPIRY_DAYS", 14)

    @property
    def DISPATCH_CATEGORY(self) -> Any:
        """Category for people who do not know where to ask: its id, or the names of service and category.

        ``("Facilities", "Directing requests")``. Empty: this way is not offered.
        """
        return self._get("DISPATCH_CATEGORY", ())

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

        A folder below ``MEDIA_ROOT`` or ``STATIC_ROOT`` is public and refused by ``manage.py check``.

        Default: ``helpdesk_files`` in ``BASE_DIR``.
        """
        root = self._get("FILE_ROOT", None)
        # BASE_DIR comes from Django's project template and need not exist.
        return str(root or Path(getattr(settings, "BASE_DIR", "."), "helpdesk_files"))

    @property
    def FILE_MAX_SIZE(self) -> int:
        """Largest attached file, in bytes."""
        return self._get("FILE_MAX_SIZE", 10 * 1024 * 1024)

    @property
    def FILES_MAX_COUNT(self) -> int:
        """Largest number of files sent with one form."""
        return self._get("FILES_MAX_COUNT", 10)

    @property
    def SUBMISSION_DAYS(self) -> int:
        """Days for which a form can be sent again, and files of an unfinished form are stored."""
        return self._get("SUBMISSION_DAYS", 2)

    @property
    def KEPT_FILES_MAX_COUNT(self) -> int:
        """Uploads of unfinished forms kept per person; the oldest is deleted when the limit is reached."""
        return self._get("KEPT_FILES_MAX_COUNT", 30)

    @property
    def DRAFT_DAYS(self) -> int:
        """Days for which what was typed into a form and not sent is kept, in the browser and on the
        server; 0: not at all.
        """
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
        """Contents and hours of the daily reports of managers who chose none.

        Any of ``shows`` (of ``"managed"``, ``"member"``, ``"free"``, in order), ``first_hour``,
        ``second_hour`` (0 to 23, or ``None``) and ``weekends``.

        Default: all three in this order, at 8, no second time, not at weekends.
        """
        return self._get("DEFAULT_REPORT", {})

    @property
    def ALERT_DELAY(self) -> int:
        """Events of a ticket within this many seconds are sent as one e-mail; questions never wait."""
        return self._get("ALERT_DELAY", 0)

    @property
    def ALERT_MERGE_SECONDS(self) -> int:
        """Seconds after an e-mail about a ticket in which what follows waits, to be sent as one e-mail.

        For each person; the first e-mail is sent at once. Questions, invitations and closures never
        wait. 0: each event is sent at once.
        """
        return self._get("ALERT_MERGE_SECONDS", 120)

    @property
    def HOLIDAYS(self) -> Any:
        """Days without daily reports: a country (``"FR"``, ``"DE-BY"``) or a set of dates.

        A country needs the library ``holidays`` (``pip install wagtail-intranet-helpdesk[holidays]``).
        """
        return self._get("HOLIDAYS", ())

    @property
    def FROM_EMAIL(self) -> str:
        """E-mail address of the sender; the name of the service precedes it.

        Default: ``DEFAULT_FROM_EMAIL``.
        """
        return self._get("FROM_EMAIL", settings.DEFAULT_FROM_EMAIL)

    @property
    def ALERT_ADDRESS_DOMAINS(self) -> Collection[str]:
        """Domains allowed for the extra e-mail addresses to alert; ``"*"``: any.

        The e-mail address of an account is allowed whatever its domain, and receives what its owner can read.

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
        """Seconds for which a process can work on an e-mail; more than three times the SMTP timeout."""
        return self._get("MAIL_LEASE", 120)

    @property
    def DELIVERY_LOG_DAYS(self) -> int:
        """Days for which the notification log of an event is kept."""
        return self._get("DELIVERY_LOG_DAYS", 90)

    # -- Mail in (wagtail_helpdesk.contrib.mail_in) ------------------------------------------------

    @property
    def MAIL_IN_ADDRESS(self) -> str:
        """E-mail address to which people reply, such as ``"helpdesk@example.org"``; empty: replies are not read.

        Mails carry it with a token, ``helpdesk+…@example.org``: the mail server must deliver both.
        """
        return self._get("MAIL_IN_ADDRESS", "")

    @property
    def MAIL_IN_IMAP(self) -> Mapping[str, Any]:
        """Mailbox from which ``helpdesk_fetch_mail`` fetches: ``HOST``, ``USER``, ``PASSWORD`` and more.

        ``SECURITY`` is ``"ssl"`` (the default), ``"starttls"`` or ``"none"``; ``PORT``: 993 or 143;
        ``FOLDER``: ``"INBOX"``; ``DONE_FOLDER``, to which mails are moved: ``"Processed"``. Needs the
        library ``imap-tools`` (``pip install wagtail-intranet-helpdesk[mail-in]``).
        """
        return self._get("MAIL_IN_IMAP", {})

    @property
    def MAIL_IN_CATEGORIES(self) -> Mapping[str, Any]:
        """Addresses that open tickets: address → id of a category, or the names of service and category.

        ``{"heating@example.org": ("Facilities", "Heating")}``. For people whom the directory knows by
        their e-mail address. Empty: e-mails open no tickets.
        """
        return self._get("MAIL_IN_CATEGORIES", {})

    @property
    def MAIL_IN_DAYS(self) -> int:
        """Days after the end of a ticket for which replies to its mails are accepted."""
        return self._get("MAIL_IN_DAYS", 180)

    @property
    def MAIL_IN_MAX_SIZE(self) -> int:
        """Largest incoming e-mail, in bytes; a larger one is set aside."""
        return self._get("MAIL_IN_MAX_SIZE", 25 * 1024 * 1024)

    @property
    def MAIL_IN_KEPT_DAYS(self) -> int:
        """Days for which quoted text that was cut, held e-mails and those set aside are kept."""
        return self._get("MAIL_IN_KEPT_DAYS", 30)

    @property
    def MAIL_IN_PER_HOUR(self) -> int:
        """E-mails of one sender that are accepted per hour; further ones are held for the managers."""
        return self._get("MAIL_IN_PER_HOUR", 20)

    # -- Finding people ----------------------------------------------------------------------------

    @property
    def DIRECTORY(self) -> str:
        """Dotted path of the class that looks up people; see ``docs/how-to/ldap.md`` for the LDAP one."""
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
        """Whether only administrators can change the e-mail addresses of accounts.

        If so, an e-mail address identifies its account. Otherwise the form shows the account and asks
        for confirmation. Addresses confirmed by ``DIRECTORY`` need none.

        Default: True without a directory, if ``WAGTAIL_EMAIL_MANAGEMENT_ENABLED`` is False.
        """
        administered = (
            self.DIRECTORY == _OWN_ACCOUNTS
            and getattr(settings, "WAGTAIL_EMAIL_MANAGEMENT_ENABLED", True) is False
        )
        return self._get("TRUST_ACCOUNT_ADDRESSES", administered)

    @property
    def DIRECTORY_TIMEOUT(self) -> float:
        """Timeout of the directory, in seconds."""
        return self._get("DIRECTORY_TIMEOUT", 5)

    @property
    def IDENTIFIER_LABEL(self) -> str:
        """Label of the identifier in forms: “LDAP identifier”, “login”…"""
        return self._get("IDENTIFIER_LABEL", _("Identifier"))

    @property
    def DIRECTORY_SEARCH_LABEL(self) -> str:
        """Label of the search button beside the identifier field: “LDAP search”…"""
        return self._get("DIRECTORY_SEARCH_LABEL", _("Directory search"))

    @property
    def DIRECTORY_CANDIDATE(self) -> Mapping[str, Any]:
        """Attributes shown in search results besides name, identifier and e-mail: attribute → label.

        Visible to everybody who can invite people.
        """
        return self._get("DIRECTORY_CANDIDATE", {})

    @property
    def DIRECTORY_CARD(self) -> Mapping[str, Any]:
        """Attributes of the requester shown to managers beside the ticket: attribute → label."""
        return self._get("DIRECTORY_CARD", {})

    @property
    def DIRECTORY_CARD_SECONDS(self) -> int:
        """Seconds for which a requester's card is cached."""
        return self._get("DIRECTORY_CARD_SECONDS", 3600)

    @property
    def DIRECTORY_GROUPS(self) -> Mapping[str, Any]:
        """Directory groups whose members manage a service: group → name of the service."""
        return self._get("DIRECTORY_GROUPS", {})

    @property
    def DIRECTORY_STABLE_ID(self) -> str:
        """LDAP attribute that stays the same when a person's identifier changes; empty: none.

        ``objectGUID`` in Active Directory.
        """
        return self._get("DIRECTORY_STABLE_ID", "entryUUID")

    @property
    def LEAVERS_SHARE_LIMIT(self) -> float:
        """Above this share of people to remove, 0 to 1, the synchronisation stops."""
        return self._get("LEAVERS_SHARE_LIMIT", 0.1)

    # -- Guests from outside -----------------------------------------------------------------------

    @property
    def EXTERNAL_GUESTS(self) -> bool:
        """Whether e-mail addresses unknown to the directory can be invited."""
        return self._get("EXTERNAL_GUESTS", False)

    @property
    def EXTERNAL_GUEST_DOMAINS(self) -> Collection[str]:
        """Domains from which external guests can be invited; empty: any."""
        return self._get("EXTERNAL_GUEST_DOMAINS", ())

    @property
    def EXTERNAL_GUEST_GROUP(self) -> str:
        """Name of the group that marks the accounts of external guests."""
        return self._get("EXTERNAL_GUEST_GROUP", "External guests")

    # -- Limits per person -------------------------------------------------------------------------

    @property
    def ACTIONS_PER_MINUTE(self) -> int:
        """Ticket forms that one person can send per minute, on the intranet pages."""
        return self._get("ACTIONS_PER_MINUTE", 30)

    @property
    def TICKETS_PER_HOUR(self) -> int:
        """Tickets that one person can open per hour, on the intranet pages."""
        return self._get("TICKETS_PER_HOUR", 60)

    @property
    def INVITATIONS_PER_HOUR(self) -> int:
        """People whom one person can invite per hour, on the intranet pages."""
        return self._get("INVITATIONS_PER_HOUR", 200)

    @property
    def DIRECTORY_SEARCHES_PER_MINUTE(self) -> int:
        """Directory searches that one person can make per minute."""
        return self._get("DIRECTORY_SEARCHES_PER_MINUTE", 30)

    @property
    def DIRECTORY_LOOKUPS_PER_HOUR(self) -> int:
        """People whom one person can enter by identifier or e-mail per hour, found or not."""
        return self._get("DIRECTORY_LOOKUPS_PER_HOUR", 500)

    @property
    def SEARCHES_PER_MINUTE(self) -> int:
        """Searches of tickets and of the catalogue that one person can make per minute."""
        return self._get("SEARCHES_PER_MINUTE", 60)

    @property
    def DRAFTS_PER_MINUTE(self) -> int:
        """Drafts of forms that one person can have saved on the server per minute."""
        return self._get("DRAFTS_PER_MINUTE", 60)

    @property
    def REPORTS_PER_HOUR(self) -> int:
        """Reports that one person can request for immediate sending per hour."""
        return self._get("REPORTS_PER_HOUR", 10)

    @property
    def UPLOAD_BYTES_PER_DAY(self) -> int:
        """Bytes of files that one person can upload per day, kept or not."""
        return self._get("UPLOAD_BYTES_PER_DAY", 300 * 1024 * 1024)

    # -- Search ------------------------------------------------------------------------------------

    @property
    def SEARCH_OUTCOME_DAYS(self) -> int:
        """Days for which the counts of searches without result and of suggested pages are kept."""
        return self._get("SEARCH_OUTCOME_DAYS", 365)

    @property
    def SEARCH_BACKEND(self) -> str:
        """Where to search: ``"database"``, or the name of an OpenSearch or Elasticsearch entry of
        ``WAGTAILSEARCH_BACKENDS``.
        """
        return self._get("SEARCH_BACKEND", "database")


def get_setting_names() -> Mapping[str, str]:
    """Return the docstring of every setting by its name."""
    return {
        name: (value.fget.__doc__ or "")
        for name, value in vars(HelpdeskSettings).items()
        if isinstance(value, property)
    }


helpdesk_settings = HelpdeskSettings()
