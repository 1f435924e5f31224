"""Two reports are alike when place and time agree and then the words do."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.cases import likeness

JULY = datetime(2021, 7, 20, 7, 30, tzinfo=UTC)
BRIDGE = "凤溪村口的石桥被洪水冲断，二十多户出不了门"
SAME_BRIDGE = "凤溪村口石桥被洪水冲断了，我们二十多户人家出不了门"
LAMP = "村口的路灯坏了半个月，晚上看不见路"


def file(db, number, text, *, at=JULY, lat=29.05, lon=119.2, county=330825):
    values = {"county": county, "number": number, "text": text, "at": at, "lat": lat, "lon": lon}
    x, y = likeness.plane(lat, lon) if lat is not None else (None, None)
    case_id = db.execute(sa.text("""
        insert into case_file(county, number, kind, title, area, level, channel, recorded_at)
        values (:county, :number, 'citizen_issue', :text, 330825209000, 5, 'scan', :at) returning id"""), values).scalar_one()
    db.execute(sa.text("""
        insert into case_text(county, case_id, title, body, lat, lon, loc, created_at)
        values (:county, :id, '', :text, :lat, :lon, case when cast(:x as float8) is null then null
            else point(cast(:x as float8), cast(:y as float8)) end, :at)"""), values | {"id": case_id, "x": x, "y": y})
    return case_id


class TestAlike:
    def test_finds_a_reworded_report_of_the_same_place(self, db):
        first = file(db, "n1", BRIDGE)
        again = file(db, "n2", SAME_BRIDGE, at=JULY + timedelta(days=3), lat=29.0505)

        found = likeness.alike(db, county=330825, case_id=again)

        assert [(one.case_id, one.number) for one in found] == [(first, "n1")]
        assert found[0].likeness >= likeness.NEAR_LIKENESS

    def test_leaves_out_other_matters_places_and_times(self, db):
        file(db, "other matter", LAMP)
        file(db, "other place", BRIDGE, lat=29.5)
        file(db, "other time", BRIDGE, at=JULY - timedelta(days=40))
        file(db, "other county", BRIDGE, county=331004)
        own = file(db, "own", BRIDGE)

        assert likeness.alike(db, county=330825, case_id=own) == []

    def test_asks_for_more_likeness_where_no_place_is_known(self, db):
        file(db, "same words", BRIDGE, lat=None, lon=None)
        file(db, "same words, long ago", BRIDGE, lat=None, lon=None, at=JULY - timedelta(days=9))
        own = file(db, "own", BRIDGE, lat=None, lon=None)

        assert [one.number for one in likeness.alike(db, county=330825, case_id=own)] == ["same words"]


class TestPairs:
    @pytest.mark.parametrize("text", ["桥断了，20户出不去！", "ＡＢ路灯 broken Lamp", "一", "", "，。", "a-b_c"])
    def test_cuts_like_the_database(self, db, text):
        there = db.execute(sa.text("select grams(:text)"), {"text": text}).scalar_one()

        assert likeness.pairs(text) == frozenset(there or [])


class TestSearchTerms:
    def test_needs_two_characters(self):
        assert likeness.search_terms("桥") is None
        assert likeness.search_terms("石桥断") == "'桥断' & '石桥'"
