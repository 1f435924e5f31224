"""Migrations: one line of them, and the same tables as the models say."""

import importlib
import re

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app import migrate
from app.db import metadata
from tests.house.sources import ROOT, python

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))


def test_there_is_one_newest_migration_and_head_names_it():
    assert migrate.head() == VERSIONS[-1].stem
    assert (ROOT / "migrations" / "HEAD").read_text().strip() == VERSIONS[-1].stem


def test_migrations_stand_in_one_line_and_import_no_models():
    for before, path in zip([None, *VERSIONS], VERSIONS, strict=False):
        text = path.read_text("utf-8")

        assert re.search(rf'^revision\b.*= "{path.stem}"$', text, re.MULTILINE), path.stem
        assert re.search(r"^down_revision\b.*= " + (f'"{before.stem}"' if before else "None"), text, re.MULTILINE), path.stem
        assert not re.search(r"models", "\n".join(line for line in text.splitlines() if "import" in line)), path.stem


class Point(sa.types.UserDefinedType):
    """PostgreSQL's own point, which reflection does not know by itself."""

    def get_col_spec(self) -> str:
        return "point"


def of_another_kind(context, inspected, meant, inspected_type, meant_type) -> bool | None:
    """Leave the comparison of types to the tool, except where it does not know one."""
    return False if isinstance(inspected_type, Point) else None


def test_models_and_migrations_agree(db, monkeypatch):
    for source in python("app"):
        if source.path.name == "models.py":
            importlib.import_module(source.name.removesuffix(".py").replace("/", "."))
    monkeypatch.setitem(db.dialect.ischema_names, "point", Point)
    context = MigrationContext.configure(db, opts={"compare_type": of_another_kind, "compare_server_default": False})

    assert compare_metadata(context, metadata) == []


def test_every_constraint_and_index_has_a_name_by_the_rule(db):
    rows = db.execute(sa.text(
        "select conname from pg_constraint c join pg_namespace n on n.oid = c.connamespace where n.nspname = 'public' "
        "and contype in ('p', 'u', 'f', 'c') and conname !~ '^(pk|uq|fk|ck)_' and conname <> 'alembic_version_pkc'"))

    assert [row.conname for row in rows] == []


def test_every_table_of_a_case_is_keyed_by_county(db):
    rows = db.execute(sa.text(
        "select t.relname from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attname = 'county' and not a.attisdropped "
        "join pg_index i on i.indrelid = t.oid and i.indisprimary where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace "
        "and a.attnum <> i.indkey[0] and a.attnotnull"))

    assert [row.relname for row in rows] == []
