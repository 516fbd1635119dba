"""A private LDAP server with the people of the cast and a few hundred others.

`restore` undoes what a test changed; the fixture `ldap_directory` calls it after each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ldap
import ldap.modlist
import slapdtest
from django_auth_ldap.config import GroupOfNamesType, LDAPSearch
from ldap.controls.simple import ManageDSAITControl

from tests.cast import DOMAIN, PEOPLE
from tests.servers.processes import find_program, private_folder

BASE = "dc=arvelle,dc=example"
PEOPLE_BASE = f"ou=people,{BASE}"
GROUPS_BASE = f"ou=groups,{BASE}"
SERVICE_ACCOUNT = f"cn=helpdesk,{BASE}"
SERVICE_PASSWORD = "lectrice"
#: A service account to which the server returns at most five entries.
STINTED_ACCOUNT = f"cn=stinted,{BASE}"
#: The password of all people in the directory.
PASSWORD = "demo"

#: People besides the cast: `p001` to `p300`, “Élève 001 Numéro-001”.
CROWD = 300
#: Two people who share one e-mail address.
TWINS = ("accueil1", "accueil2")
SHARED_ADDRESS = f"accueil@{DOMAIN}"

GROUPS = {
    "gestionnaires-dsi": ("nadia", "julien"),
    "gestionnaires-generaux": ("sophie", "karim", "julien", "paul"),
    "foule": tuple(f"p{number:03}" for number in range(1, 121)),
}

Attributes = dict[str, list[bytes]]


def _entry(uid: str, given: str, family: str, mail: str, **more: str) -> Attributes:
    values = {
        "uid": uid,
        "givenName": given,
        "sn": family,
        "cn": f"{given} {family}",
        "mail": mail,
        "userPassword": PASSWORD,
        **more,
    }
    entry = {name: [value.encode()] for name, value in values.items() if value}
    return {"objectClass": [b"inetOrgPerson"], **entry}


def _people() -> Iterator[Attributes]:
    for person in PEOPLE:
        yield _entry(
            person.username,
            person.first_name,
            person.last_name,
            person.email,
            ou="UFR d’histoire" if person.username == "lea" else "Services centraux",
            telephoneNumber="+33 1 23 45 67 89",
            roomNumber="A 12",
        )
    for uid in TWINS:
        yield _entry(uid, "Accueil", uid.capitalize(), SHARED_ADDRESS)
    for number in range(1, CROWD + 1):
        yield _entry(
            f"p{number:03}", f"Élève {number:03}", f"Numéro-{number:03}", f"p{number:03}@{DOMAIN}"
        )


class LdapServer(slapdtest.SlapdObject):
    """A slapd with its own folder, port and data; ``restore`` undoes what a test changed."""

    suffix = BASE
    slapd_conf_template = (
        slapdtest.SlapdObject.slapd_conf_template
        + f'olcLimits: dn.exact="{STINTED_ACCOUNT}" size=5\n'
    )
    openldap_schema_files = ("core.ldif", "cosine.ldif", "inetorgperson.ldif", "nis.ldif")

    def __init__(self, folder: Path) -> None:
        self.TMPDIR = str(folder)
        super().__init__()
        self._gone: dict[str, Attributes] = {}
        self._added: list[str] = []
        self._regrouped: set[str] = set()
        self._changed: dict[str, Attributes] = {}
        self._renamed: dict[str, str] = {}

    def fill(self) -> None:
        """Write the tree, the service accounts, the people and the groups."""
        top = {"objectClass": [b"dcObject", b"organization"], "dc": [b"arvelle"], "o": [b"Arvelle"]}
        with self.as_root() as connection:
            self._write(connection, BASE, top)
            for dn in (SERVICE_ACCOUNT, STINTED_ACCOUNT):
                self._write(connection, dn, _account(dn))
            for branch in ("people", "groups"):
                self._write(
                    connection,
                    f"ou={branch},{BASE}",
                    {"objectClass": [b"organizationalUnit"], "ou": [branch.encode()]},
                )
            for person in _people():
                self._write(connection, dn_of(person["uid"][0].decode()), person)
            for group, members in GROUPS.items():
                self._write(connection, group_dn(group), _group(members))

    def add(self, dn: str, entry: Attributes) -> None:
        """Add an entry until the end of the test."""
        with self.as_root() as connection:
            self._write(connection, dn, entry)
        self._added.append(dn)

    def add_person(self, uid: str, given: str, family: str, mail: str = "", **more: str) -> None:
        """Add a person until the end of the test."""
        self.add(dn_of(uid), _entry(uid, given, family, mail, **more))

    def remove(self, uid: str) -> None:
        """Remove a person from the directory until the end of the test."""
        dn = dn_of(uid)
        with self.as_root() as connection:
            self._gone[dn] = connection.search_s(dn, ldap.SCOPE_BASE)[0][1]
            connection.delete_s(dn)

    def change(self, uid: str, **values: str) -> None:
        """Change attributes of a person until the end of the test; an empty value removes one."""
        dn = dn_of(uid)
        with self.as_root() as connection:
            self._changed.setdefault(dn, connection.search_s(dn, ldap.SCOPE_BASE)[0][1])
            for name, value in values.items():
                new = [value.encode()] if value else None
                connection.modify_s(dn, [(ldap.MOD_REPLACE, name, new)])

    def rename(self, uid: str, new: str) -> None:
        """Change the identifier of an entry until the end of the test."""
        with self.as_root() as connection:
            connection.modrdn_s(dn_of(uid), f"uid={new}", delold=1)
        self._renamed[new] = uid

    def regroup(self, group: str, *members: str) -> None:
        """Replace the members of a group until the end of the test."""
        self._regrouped.add(group)
        with self.as_root() as connection:
            values = _group(members)["member"]
            connection.modify_s(group_dn(group), [(ldap.MOD_REPLACE, "member", values)])

    def restore(self) -> None:
        """Undo all changes since the directory was filled."""
        with self.as_root() as connection:
            for new, uid in self._renamed.items():
                connection.modrdn_s(dn_of(new), f"uid={uid}", delold=1)
            for dn, entry in self._changed.items():
                now = connection.search_s(dn, ldap.SCOPE_BASE)[0][1]
                connection.modify_s(dn, ldap.modlist.modifyModlist(now, entry))
            for dn in reversed(self._added):
                # Deletes a referral itself instead of following it.
                connection.delete_ext_s(dn, serverctrls=[ManageDSAITControl()])
            for dn, entry in self._gone.items():
                self._write(connection, dn, entry)
        for group in list(self._regrouped):
            self.regroup(group, *GROUPS[group])
        self._added, self._gone, self._regrouped = [], {}, set()
        self._changed, self._renamed = {}, {}

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server, keep its data, and start it again."""
        self.terminate()
        self.wait()
        try:
            yield
        finally:
            self.resume()

    @contextmanager
    def as_root(self) -> Iterator[ldap.ldapobject.SimpleLDAPObject]:
        connection = ldap.initialize(self.ldap_uri)
        connection.simple_bind_s(self.root_dn, self.root_pw)
        try:
            yield connection
        finally:
            connection.unbind_s()

    @staticmethod
    def _write(connection: ldap.ldapobject.SimpleLDAPObject, dn: str, entry: Attributes) -> None:
        connection.add_s(dn, ldap.modlist.addModlist(entry))


def _account(dn: str) -> Attributes:
    return {
        "objectClass": [b"applicationProcess", b"simpleSecurityObject"],
        "cn": [dn.partition(",")[0].removeprefix("cn=").encode()],
        "userPassword": [SERVICE_PASSWORD.encode()],
    }


def _group(members: tuple[str, ...]) -> Attributes:
    return {
        "objectClass": [b"groupOfNames"],
        "member": [dn_of(uid).encode() for uid in members],
    }


def dn_of(uid: str) -> str:
    """Return the distinguished name of a person."""
    return f"uid={uid},{PEOPLE_BASE}"


def group_dn(group: str) -> str:
    """Return the distinguished name of a group."""
    return f"cn={group},{GROUPS_BASE}"


def ldap_settings(uri: str) -> dict[str, object]:
    """Return the settings of a site that uses this server, as in ``docs/how-to/ldap.md``."""
    return {
        "AUTHENTICATION_BACKENDS": [
            "django_auth_ldap.backend.LDAPBackend",
            "django.contrib.auth.backends.ModelBackend",
        ],
        "AUTH_LDAP_SERVER_URI": uri,
        "AUTH_LDAP_BIND_DN": SERVICE_ACCOUNT,
        "AUTH_LDAP_BIND_PASSWORD": SERVICE_PASSWORD,
        "AUTH_LDAP_USER_SEARCH": LDAPSearch(
            PEOPLE_BASE, ldap.SCOPE_SUBTREE, "(&(objectClass=inetOrgPerson)(uid=%(user)s))"
        ),
        "AUTH_LDAP_USER_ATTR_MAP": {
            "first_name": "givenName",
            "last_name": "sn",
            "email": "mail",
        },
        "AUTH_LDAP_GROUP_SEARCH": LDAPSearch(
            GROUPS_BASE, ldap.SCOPE_SUBTREE, "(objectClass=groupOfNames)"
        ),
        "AUTH_LDAP_GROUP_TYPE": GroupOfNamesType(),
        "WAGTAIL_HELPDESK": {
            "DIRECTORY": "wagtail_helpdesk.directory.ldap.LdapDirectory",
            "DIRECTORY_TIMEOUT": 2,
            "DIRECTORY_CANDIDATE": {"ou": "Unit"},
            "DIRECTORY_CARD": {"ou": "Unit", "telephoneNumber": "Phone", "roomNumber": "Office"},
        },
    }


@contextmanager
def slapd() -> Iterator[LdapServer]:
    """Start a server and fill it."""
    for program, package in (("slapd", "slapd"), ("ldapadd", "ldap-utils")):
        find_program(program, package=package)
    # A short path: the server also listens on a Unix socket, whose name may have 107 characters.
    with private_folder() as folder:
        server = LdapServer(folder)
        try:
            server.start()
            server.fill()
            yield server
        finally:
            server.stop()
