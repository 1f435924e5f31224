"""Deploying and switching on. A version, once deployed, never changes; running cases stay on theirs."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.definitions import queries
from app.definitions.models import process_definition
from app.errors import Conflict, Invalid
from app.identity import policy
from app.uow import FIRST_ACCOUNT, UnitOfWork
from workflows import Bundle, BundleInvalid, Finding, OperationFacts, inspect, parse, rehearse


class BundleRefused(Invalid):
    """This process cannot be deployed: there are errors in its files."""

    def __init__(self, findings: Sequence[Mapping[str, Any]] = (), **facts: Any) -> None:
        super().__init__(findings=list(findings), **facts)


class RehearsalFailed(Invalid):
    """This process does not do what its scenarios say."""


class SamePerson(Conflict):
    """Whoever deployed a version may not switch it on; a second person must."""


def deploy(uow: UnitOfWork, bundle: Bundle, note: str = "") -> int:
    """Store a new version of a process after it was inspected and every scenario of it played; gives back its id.

    Files that are deployed already make no new version.

    Raises BundleRefused, RehearsalFailed.
    """
    same = queries.with_checksum(uow.db, bundle.key, bundle.checksum)
    if same is not None:
        return same.id
    _inspected(uow, bundle)
    definition = _parsed(bundle)
    _rehearsed(uow, bundle, definition)
    before = queries.newest(uow.db, bundle.key)
    row = {
        "key": bundle.key, "version": 1 if before is None else before.version + 1, "opens": definition.kind,
        "title_zh": definition.title.get("zh", bundle.key), "title_en": definition.title.get("en", bundle.key),
        "checksum": bundle.checksum, "bundle": bundle.pack(), "note": note, "deployed_by": uow.actor.id, "deployed_at": uow.now,
    }
    return uow.db.execute(sa.insert(process_definition).values(row).returning(process_definition.c.id)).scalar_one()


def activate(uow: UnitOfWork, definition_id: int) -> None:
    """Let new cases use this version; the version before it stays for the cases that run on it.

    Raises SamePerson, DefinitionUnknown.
    """
    of = process_definition.c
    row = uow.db.execute(sa.select(of.key, of.opens, of.deployed_by, of.is_active).where(of.id == definition_id)).one_or_none()
    if row is None:
        raise queries.DefinitionUnknown(id=definition_id)
    if row.is_active:
        return
    if uow.actor.id >= FIRST_ACCOUNT and row.deployed_by == uow.actor.id:
        raise SamePerson(id=definition_id)
    same = (of.key == row.key) if row.opens is None else sa.or_(of.key == row.key, of.opens == row.opens)
    uow.db.execute(sa.update(process_definition).where(of.is_active, same).values(is_active=False))
    switched = {"is_active": True, "activated_by": uow.actor.id, "activated_at": uow.now}
    uow.db.execute(sa.update(process_definition).where(of.id == definition_id).values(switched))


def retire(uow: UnitOfWork, definition_id: int) -> None:
    """Open no new cases by this version; running ones go on."""
    of = process_definition.c
    uow.db.execute(sa.update(process_definition).where(of.id == definition_id).values(is_active=False))


def sync(uow: UnitOfWork, folder: Path) -> dict[str, int]:
    """Deploy and switch on what stands in the library folder; gives back the ids by process.

    Raises BundleRefused, RehearsalFailed.
    """
    ids = {}
    for manifest in sorted(folder.glob("*/process.toml")):
        ids[manifest.parent.name] = deploy(uow, _bundle(manifest.parent, folder), "sync")
        activate(uow, ids[manifest.parent.name])
    return ids


def _bundle(folder: Path, library: Path) -> Bundle:
    try:
        return Bundle.read(folder, library)
    except BundleInvalid as error:
        raise _refused(error.findings, folder.name) from error


def _inspected(uow: UnitOfWork, bundle: Bundle) -> None:
    facts = {
        name: OperationFacts(
            arguments=frozenset(operation.schema), answers=frozenset(operation.answers), local=operation.local,
            required=frozenset(argument for argument, kind in operation.schema.items() if not kind.endswith("?")),
        )
        for name, operation in uow.systems.operations.items()
    }
    errors = [one for one in inspect(bundle, roles=policy.ROLES, operations=facts) if one.level == "error"]
    if errors:
        raise _refused(errors, bundle.key)


def _parsed(bundle: Bundle) -> Any:
    try:
        return parse(bundle)
    except BundleInvalid as error:
        raise _refused(error.findings, bundle.key) from error


def _rehearsed(uow: UnitOfWork, bundle: Bundle, definition: Any) -> None:
    failures = {}
    for name, text in bundle.scenarios().items():
        rehearsal = rehearse(definition, tomllib.loads(text.decode()), uow.calendar)
        if not rehearsal.passed:
            failures[name] = [str(one) for one in rehearsal.failures]
    if failures:
        raise RehearsalFailed(failures, process=bundle.key)


def _refused(findings: Sequence[Finding], key: str) -> BundleRefused:
    return BundleRefused([vars(one) | {"facts": {k: str(v) for k, v in one.facts.items()}} for one in findings], process=key)
