"""Accounts, the roles granted to them, their sessions, and what staff did outside cases."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime


class Account(Base):
    """What a person signs in with. Ids below 100 are kept for visitors, clocks and systems."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(sa.Identity(always=False, start=100), primary_key=True)
    #: lower case, as typed at sign-in
    login: Mapped[str] = mapped_column(sa.Text, unique=True)
    name: Mapped[str] = mapped_column(sa.Text)
    password_hash: Mapped[str] = mapped_column(sa.Text)
    #: the deputy this person is; his mandates are granted as roles
    deputy_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("login = lower(login)", name="login_lower"),)


class RoleGrant(Base):
    """A role held in an organ between two days, with the area range copied when it was granted."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(sa.Text)
    organ_id: Mapped[int]
    #: own, station, unit or area_subtree
    scope: Mapped[str] = mapped_column(sa.Text)
    #: lowest and highest area code seen; equal to zero where the scope is no area
    lo: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    hi: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    #: the seat, for the role of a deputy
    mandate_id: Mapped[int | None]
    from_on: Mapped[date]
    #: the last day; none while it lasts
    to_on: Mapped[date | None]
    granted_by: Mapped[int]
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("scope in ('own', 'station', 'unit', 'area_subtree')", name="scope"),
        sa.CheckConstraint("to_on is null or to_on >= from_on", name="days"),
        sa.CheckConstraint("lo <= hi", name="range"),
        sa.Index("ix_role_grant_account_id", "account_id"),
        sa.Index("ix_role_grant_organ_id", "organ_id", "role"),
    )


class LoginSession(Base):
    """One signed-in browser; the cookie holds the word whose hash is the key."""

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: after this instant it is over, whatever the person does
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_login_session_account_id", "account_id"),)


class AccessEntry(Base):
    """What was done outside cases: sign-ins, rights, organs, codes, unmasked contacts. Never changed."""

    __tablename__ = "access_entry"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int]
    #: a word such as signed_in, granted, station_opened, contact_unmasked
    act: Mapped[str] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text)
    facts: Mapped[dict] = mapped_column(Json)

    __table_args__ = (sa.Index("ix_access_entry_at", "at"), sa.Index("ix_access_entry_actor_id", "actor_id", "at"))
