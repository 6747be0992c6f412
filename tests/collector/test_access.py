"""Who is asking, and what they may do."""

import pytest

from otel_bridge_collector.access import (
    NOBODY,
    OWNER,
    Access,
    Scope,
    asking,
    check_reaches_all,
    current_access,
)
from otel_bridge_collector.errors import ForbiddenError

READER = Access(scopes=frozenset({Scope.READ}), projects=frozenset({"mine"}))


def test_one_of_several_scopes_is_enough_and_admin_always() -> None:
    either = frozenset({Scope.READ, Scope.WRITE})
    admin = Access(scopes=frozenset({Scope.ADMIN}), projects=None)

    assert [access.may(either) for access in (READER, admin, OWNER, NOBODY)] == [True, True, True, False]
    assert not READER.may(frozenset({Scope.WRITE}))


def test_what_belongs_to_no_project_is_for_who_reaches_all_of_them() -> None:
    assert [READER.reaches(project) for project in ("mine", "theirs", None)] == [True, False, False]
    assert OWNER.reaches(None)


def test_outside_of_a_request_nobody_may_do_anything() -> None:
    with pytest.raises(LookupError):
        current_access()


def test_what_concerns_all_projects_is_for_who_reaches_all_of_them() -> None:
    with asking(OWNER):
        check_reaches_all("makes backups")
    with asking(READER), pytest.raises(ForbiddenError, match="only a key for all projects makes backups"):
        check_reaches_all("makes backups")


def test_a_request_runs_for_its_caller_and_no_longer() -> None:
    with asking(OWNER), asking(READER):
        inside = current_access()

    assert inside is READER
    with pytest.raises(LookupError):
        current_access()
