"""A citizen with a phone, in front of a station's sheet."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.factory import create_app
from app.uow import CLOCK
from tests.pages import PageClient
from tests.plugins_cases import Place, make_place


@pytest.fixture
def station(wiring: Any) -> Place:
    """A township with a station whose code may be scanned."""
    return wiring.run(lambda uow: make_place(uow.db), actor=CLOCK)


@pytest.fixture
def app(wiring: Any) -> Any:
    """The application over this test's transaction."""
    return create_app(wiring.settings, wiring)


@pytest.fixture
def citizen(app: Any) -> PageClient:
    """Somebody without an account and without scripts."""
    return PageClient(app)


@pytest.fixture
def rows(wiring: Any) -> Callable[[str], Any]:
    """What a statement finds: `rows("select …")`."""

    def found(statement: str, **values: Any) -> Any:
        with wiring.read() as house:
            return house.db.execute(sa.text(statement), values).all()

    return found
