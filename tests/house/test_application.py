"""The running application keeps its rules: every page guarded, every template shown, no page lost."""

import re

import pytest

from app.errors import AppError
from app.factory import create_app
from app.identity import guard
from app.web.lang import LANGUAGES
from tests.house.routes import LIST, routes
from tests.house.sources import ROOT, python

TEMPLATES = ROOT / "app" / "templates"


@pytest.fixture(scope="module")
def app(settings, session_wiring):
    return create_app(settings, session_wiring)


def test_every_page_says_who_may_open_it(app):
    assert [rule.endpoint for rule in app.url_map.iter_rules() if guard.access_of(app, rule.endpoint) is None] == []


def test_an_unguarded_page_stops_the_start(app):
    with pytest.raises(guard.Unguarded):
        fresh = create_app(app.extensions[guard.EXTENSION].settings, app.extensions[guard.EXTENSION])
        fresh._got_first_request = False
        fresh.add_url_rule("/open", "open", lambda: "")
        guard.check_routes(fresh)


def test_no_page_is_lost(app):
    """The list of pages only grows: who removes one leaves a redirect and its line here."""
    assert [line for line in LIST.read_text("utf-8").splitlines() if line not in routes(app)] == []


def test_every_page_is_listed(app):
    listed = LIST.read_text("utf-8").splitlines()

    assert [line for line in routes(app) if line not in listed] == []


def test_every_template_is_reached():
    code = "\n".join(source.text for source in python("app"))
    pages = {str(path.relative_to(TEMPLATES)): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    text = code + "\n".join(pages.values())
    unreached = {name for name in pages if not re.search(rf"[\"']{re.escape(name)}[\"']", text)}

    assert unreached == set()


def test_every_template_that_is_named_exists():
    named = {name for source in python("app") for name in re.findall(r"render_template\(\s*[\"']([\w/.-]+)[\"']", source.text)}

    assert {name for name in named if not (TEMPLATES / name).exists()} == set()


def test_every_refusal_has_a_sentence_of_its_own():
    kinds = [kind for kind in AppError._by_key.values() if kind.__module__.startswith("app.")]

    assert {kind.__name__ for kind in kinds if not kind.__dict__.get("__doc__")} == set()
    assert len(kinds) == len({kind.key for kind in kinds})


def test_two_languages():
    assert tuple(LANGUAGES)[:2] == ("zh", "en")
