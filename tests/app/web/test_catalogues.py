"""Catalogues: every sentence a page can say has its Chinese."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app import factory, web
from app.errors import AppError
from app.web import catalogues, errors

ROOT = Path(web.__file__).resolve().parents[1]
ASKED = re.compile(r"""(?<![\w.])(?:n?gettext|_)\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """Every translation of every catalogue, by its English sentence."""
    found: dict[str, str] = {}
    for path in catalogues.sources():
        with path.open("rb") as text:
            for message in read_po(text, locale="zh"):
                key = message.id[0] if isinstance(message.id, tuple) else message.id
                said = message.string[0] if isinstance(message.string, tuple) else message.string
                found[key] = found.get(key) or said
    return found


def asked() -> dict[str, str]:
    """Every sentence that code and templates ask for, and where."""
    files = [*ROOT.rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    return {
        (double or single).replace('\\"', '"').replace("\\'", "'"): path.relative_to(ROOT).as_posix()
        for path in files
        for double, single in ASKED.findall(path.read_text("utf-8"))
    }


def kinds(kind: type[AppError] = AppError) -> list[type[AppError]]:
    """All refusals of the application."""
    return [kind, *(deeper for each in kind.__subclasses__() for deeper in kinds(each))]


class TestCatalogues:
    def test_translate_every_sentence_that_is_asked_for(self, known: dict[str, str]) -> None:
        missing = {text: where for text, where in asked().items() if not known.get(text)}

        assert missing == {}

    def test_translate_every_refusal(self, known: dict[str, str]) -> None:
        assert factory.rooms()
        refusals = {each for each in kinds() if each.__module__.startswith("app.")}

        missing = {each.__name__: each.sentence() for each in refusals if not known.get(f"refusal.{each.key}") and not known.get(each.sentence())}

        assert missing == {}

    def test_translate_the_table_of_errors(self, known: dict[str, str]) -> None:
        faces = [*errors.TABLE.values(), *errors.HTTP.values(), errors.UNFORESEEN]

        assert [text for face in faces for text in (face.title, face.advice) if not known.get(text)] == []

    def test_agree_where_two_rooms_say_the_same(self) -> None:
        seen: dict[str, tuple[str, str]] = {}
        clashes = []
        for path in catalogues.sources():
            with path.open("rb") as text:
                for message in read_po(text, locale="zh"):
                    if not message.id:
                        continue
                    before = seen.setdefault(str(message.id), (str(message.string), path.stem))
                    if before[0] != str(message.string):
                        clashes.append((message.id, before, path.stem))

        assert clashes == []

    def test_keep_the_places_for_facts(self, known: dict[str, str]) -> None:
        places = re.compile(r"%\(\w+\)s|%\(\w+\)d|\{\w+\}")

        wrong = [key for key, said in known.items() if set(places.findall(said)) - set(places.findall(key)) - {"%(num)d"}]

        assert wrong == []

    def test_are_compiled_only_when_stale(self, tmp_path: Path) -> None:
        folder = tmp_path / "zh" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        source = folder / "room.po"
        source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "甲"\n', "utf-8")

        assert catalogues.compile_all(tmp_path) == [source]
        assert catalogues.compile_all(tmp_path) == []
        assert catalogues.domains(tmp_path) == ["room"]
