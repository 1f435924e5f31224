"""Areas, organs, stations and their codes, handling units, deputies and their mandates, categories."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime
from app.identity.models import Account, RoleGrant


class Area(Base):
    """A place of the administrative tree; codes have twelve digits, so each area is one range of codes."""

    __tablename__ = "area"

    code: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    #: 2 province, 3 city, 4 county, 5 township or subdistrict, 6 village
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    name_zh: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str] = mapped_column(sa.Text)
    parent: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("area.code"))

    __table_args__ = (sa.Index("ix_area_parent", "parent"),)


class Organ(Base):
    """Whatever has a queue: congress bodies, governments, departments, stations, groups; one id space."""

    __tablename__ = "organ"

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    #: stable name such as 330825.transport; none for groups formed for one case
    code: Mapped[str | None] = mapped_column(sa.Text, unique=True)
    area: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("area.code"))
    kind: Mapped[str] = mapped_column(sa.Text)
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    name_zh: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str] = mapped_column(sa.Text)
    short_zh: Mapped[str] = mapped_column(sa.Text)
    superior_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organ.id"))
    #: who works its queue, and who is asked when they do not
    role: Mapped[str | None] = mapped_column(sa.Text)
    head_role: Mapped[str | None] = mapped_column(sa.Text)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]

    __table_args__ = (sa.Index("ix_organ_area", "area", "kind"), sa.Index("ix_organ_superior_id", "superior_id"))


class Station(Base):
    """A place where deputies meet the public; an organ of kind `station` with an address."""

    __tablename__ = "station"

    organ_id: Mapped[int] = mapped_column(sa.ForeignKey("organ.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.Text, unique=True)
    #: central, constituency or point
    tier: Mapped[str] = mapped_column(sa.Text)
    address_zh: Mapped[str] = mapped_column(sa.Text)
    address_en: Mapped[str] = mapped_column(sa.Text)
    phone: Mapped[str] = mapped_column(sa.Text)
    #: when a clerk is there
    hours_zh: Mapped[str] = mapped_column(sa.Text)
    hours_en: Mapped[str] = mapped_column(sa.Text)
    lat: Mapped[float | None]
    lon: Mapped[float | None]

    __table_args__ = (sa.CheckConstraint("tier in ('central', 'constituency', 'point')", name="tier"),)


class HandlingUnit(Base):
    """An organ that receives assignments, and the categories it is usually asked about."""

    __tablename__ = "handling_unit"

    organ_id: Mapped[int] = mapped_column(sa.ForeignKey("organ.id"), primary_key=True)
    categories: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    #: its name on the four platforms; none where it is reached by hand only
    platform_code: Mapped[str | None] = mapped_column(sa.Text)


class Deputy(Base):
    """A person elected to one or more congresses."""

    __tablename__ = "deputy"

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    name_zh: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str] = mapped_column(sa.Text)
    #: what the person does in ordinary life, as shown to the public
    occupation_zh: Mapped[str] = mapped_column(sa.Text)
    occupation_en: Mapped[str] = mapped_column(sa.Text)


class Mandate(Base):
    """One deputy's seat in one congress for one term."""

    __tablename__ = "mandate"

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("deputy.id"))
    #: the area whose congress it is
    area: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("area.code"))
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    term: Mapped[int] = mapped_column(sa.SmallInteger)
    #: constituency or electing unit
    elected_by_zh: Mapped[str] = mapped_column(sa.Text)
    elected_by_en: Mapped[str] = mapped_column(sa.Text)
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    __table_args__ = (sa.Index("ix_mandate_deputy_id", "deputy_id"), sa.Index("ix_mandate_area", "area"))


class DeputyStation(Base):
    """At which station a deputy meets the public, and on which days."""

    __tablename__ = "deputy_station"

    mandate_id: Mapped[int] = mapped_column(sa.ForeignKey("mandate.id"), primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.ForeignKey("station.organ_id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    to_on: Mapped[date | None]
    contact_days_zh: Mapped[str] = mapped_column(sa.Text)
    contact_days_en: Mapped[str] = mapped_column(sa.Text)

    __table_args__ = (sa.Index("ix_deputy_station_station_id", "station_id"),)


class QrCode(Base):
    """What is printed on a sheet; never deleted, so that an old sheet still finds its way."""

    __tablename__ = "qr_code"

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    station_id: Mapped[int] = mapped_column(sa.ForeignKey("station.organ_id"))
    mandate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mandate.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by: Mapped[str | None] = mapped_column(sa.Text, sa.ForeignKey("qr_code.code"))

    __table_args__ = (
        sa.CheckConstraint("(kind = 'deputy') = (mandate_id is not null)", name="kind"),
        sa.Index("ix_qr_code_station_id", "station_id"),
    )


class Category(Base):
    """What a matter is about."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    zh: Mapped[str] = mapped_column(sa.Text)
    en: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int] = mapped_column(sa.SmallInteger)


class CategoryRoute(Base):
    """Which department usually answers for a category: everywhere, or in one county otherwise."""

    __tablename__ = "category_route"

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    category: Mapped[str] = mapped_column(sa.ForeignKey("category.code"))
    county: Mapped[int | None]
    #: whether the four platforms take it
    platform: Mapped[bool]
    #: word after the dot in the organ's code, such as transport
    department: Mapped[str] = mapped_column(sa.Text)

    __table_args__ = (sa.UniqueConstraint("category", "county", postgresql_nulls_not_distinct=True),)


# Identity lies below us and may not know organs and deputies; the database still holds the ends together.
_ACROSS = (
    (RoleGrant, "organ_id", Organ.__table__.c.id),
    (RoleGrant, "mandate_id", Mandate.__table__.c.id),
    (Account, "deputy_id", Deputy.__table__.c.id),
)
for _model, _column, _target in _ACROSS:
    _model.__table__.append_constraint(sa.ForeignKeyConstraint([_column], [_target]))
