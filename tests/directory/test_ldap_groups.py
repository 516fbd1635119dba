"""Groups of a real LDAP server, of every type of django-auth-ldap."""

import ldap
import pytest
from django.core.exceptions import ImproperlyConfigured
from django_auth_ldap.config import (
    LDAPSearch,
    NestedGroupOfNamesType,
    PosixGroupType,
)

from tests.servers.ldap import GROUPS_BASE, dn_of, group_dn
from wagtail_helpdesk.directory import DirectoryUnavailable, UnknownGroup, get_site_directory
from wagtail_helpdesk.directory.ldap.connection import LDAPEntry
from wagtail_helpdesk.directory.ldap.groups import _values

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def members(group):
    return sorted(candidate.identifier for candidate in get_site_directory().members(group))


def group_of(*dns):
    return {"objectClass": [b"groupOfNames"], "member": [dn.encode() for dn in dns]}


def test_a_group_is_named_by_its_name_or_by_its_distinguished_name(ldap_directory):
    assert members("gestionnaires-dsi") == ["julien", "nadia"]
    assert members(group_dn("gestionnaires-dsi")) == ["julien", "nadia"]


def test_a_large_group_is_read_whole(ldap_directory):
    assert len(members("foule")) == 120


@pytest.mark.parametrize("group", ["nobody", "*", "gestionnaires-*", group_dn("nobody")])
def test_a_group_that_is_not_there_is_unknown_and_not_empty(ldap_directory, group):
    with pytest.raises(UnknownGroup):
        members(group)


def test_a_member_who_left_the_directory_is_no_member(ldap_directory):
    ldap_directory.remove("nadia")
    assert members("gestionnaires-dsi") == ["julien"]


def test_groups_in_groups_are_followed_where_the_type_says_so(ldap_directory, settings):
    ldap_directory.add(
        group_dn("tous"), group_of(group_dn("gestionnaires-dsi"), dn_of("lea"), group_dn("tous"))
    )
    assert members("tous") == ["lea"]
    settings.AUTH_LDAP_GROUP_TYPE = NestedGroupOfNamesType()
    assert members("tous") == ["julien", "lea", "nadia"]


def test_a_posix_group_names_people_by_login_or_by_their_primary_group(ldap_directory, settings):
    settings.AUTH_LDAP_GROUP_TYPE = PosixGroupType()
    settings.AUTH_LDAP_GROUP_SEARCH = LDAPSearch(
        GROUPS_BASE, ldap.SCOPE_SUBTREE, "(objectClass=posixGroup)"
    )
    ldap_directory.add(
        group_dn("unix"),
        {
            "objectClass": [b"posixGroup"],
            "gidNumber": [b"4000"],
            "memberUid": [b"lea", b"nobody"],
        },
    )
    ldap_directory.add(
        dn_of("unixien"),
        {
            "objectClass": [b"inetOrgPerson", b"posixAccount"],
            "uid": [b"unixien"],
            "cn": [b"Unixien"],
            "sn": [b"Unixien"],
            "uidNumber": [b"4001"],
            "gidNumber": [b"4000"],
            "homeDirectory": [b"/home/unixien"],
        },
    )
    assert members("unix") == ["lea", "unixien"]


def test_a_group_handed_out_in_slices_is_refused_rather_than_half_read():
    group = LDAPEntry("cn=large", {"member;range=0-1499": ["uid=lea"]})
    with pytest.raises(DirectoryUnavailable):
        _values(group, "member")


def test_groups_need_a_type_that_says_where_members_are(ldap_directory, settings):
    settings.AUTH_LDAP_GROUP_TYPE = None
    with pytest.raises(ImproperlyConfigured):
        members("gestionnaires-dsi")
