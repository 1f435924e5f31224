"""The specimen application, alone and behind a page client."""

import pytest
from flask import Flask

from tests.app.web.specimen import make_specimen
from tests.pages import PageClient


@pytest.fixture(scope="session")
def specimen() -> Flask:
    """One application for all tests of the furniture: it keeps nothing but what was sent to it."""
    return make_specimen()


@pytest.fixture
def reader(specimen: Flask) -> PageClient:
    """A reader of Chinese without scripts."""
    return PageClient(specimen)


@pytest.fixture
def english_reader(specimen: Flask) -> PageClient:
    """A reader of English without scripts."""
    return PageClient(specimen, lang="en")
