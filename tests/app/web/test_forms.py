"""Forms: laid out from their schema, read back as raw answers, without scripts too."""

import io

import pytest
from flask import Flask
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage, MultiDict

from app.web import conditions, forms
from tests.app.web.specimen import REPORT, TRIAGE
from tests.pages import PageClient


class TestShownFields:
    def test_stand_in_the_order_label_hint_error_control(self, reader: PageClient) -> None:
        page = reader.get("/specimen?bad=1")

        field = next(each for each in page.select(".field") if each.xpath('.//textarea[@name="reason"]'))
        assert [child.tag for child in field][:4] == ["label", "p", "p", "textarea"]
        control = field.find("textarea")
        assert control.get("aria-describedby") == "reason-hint reason-error"
        assert control.get("aria-invalid") == "true"

    def test_summary_leads_to_each_wrong_field(self, reader: PageClient) -> None:
        page = reader.get("/specimen?bad=1")

        targets = [link.get("href") for link in page.select("[data-summary] a")]
        assert targets == ["#reason", "#cost"]
        assert all(page.select(target) for target in targets)

    def test_carry_conditions_a_browser_can_follow(self, reader: PageClient) -> None:
        shown = reader.get("/specimen").select("[data-shown-when]")

        assert [each.get("data-shown-when") for each in shown] == ['["=", "route", "immediate"]']

    def test_conditional_ones_are_not_required_by_the_browser(self, reader: PageClient) -> None:
        unit = reader.get("/specimen").select("select[name=unit]")[0]

        assert unit.get("required") is None

    def test_are_said_in_the_readers_language(self, specimen: Flask) -> None:
        with specimen.test_request_context(headers={"Accept-Language": "en"}):
            assert [each.label for each in forms.shown_fields(TRIAGE, only=["unit", "route"])] == ["Route", "Unit"]

    def test_show_booleans_as_the_answer_that_was_given(self, reader: PageClient) -> None:
        checked = [box.get("value") for box in reader.get("/specimen").select("input[name=urgent]") if box.get("checked") is not None]

        assert checked == ["false"]

    def test_rows_grow_without_scripts(self, reader: PageClient) -> None:
        page = reader.get("/specimen")

        filled = reader.submit(page, {"works.0.what": "填补", "works.0.days": "3", "_more": "works"}, status=422, form="/specimen")

        assert filled.select("input[name=works.0.what]")[0].get("value") == "填补"
        assert filled.select("input[name=works.1.what]")[0].get("value") == ""


class TestProblems:
    def test_of_the_check_are_said_at_their_fields(self, specimen: Flask) -> None:
        problems = TRIAGE.check({"route": "answer", "urgent": True, "cost": "-1", "works": [{"what": "填补", "days": "99"}]}).errors

        with specimen.test_request_context(headers={"Accept-Language": "en"}):
            shown = {each.name: each for each in forms.shown_fields(TRIAGE, {"works": [{"what": "填补", "days": "99"}]}, problems)}
            lines = forms.error_lines(TRIAGE, problems)

        assert set(problems) == {"cost", "works"}
        assert shown["cost"].error and not shown["cost"].error.startswith("form.")
        assert shown["works"].items[0][1].error
        assert not shown["works"].items[0][0].error
        assert [target for target, _ in lines] == ["cost", "works"]

    def test_of_a_posted_page_come_from_one_reading(self) -> None:
        posted = MultiDict({"route": "immediate", "urgent": "true", "unit": "31", "seen_at": "2021-07-20T15:30", "is_admin": "1"})

        checked = TRIAGE.check(forms.read_answers(TRIAGE, posted), options={"unit": [31, 32]})

        assert set(checked.errors) == {"is_admin"}
        assert (checked.values["unit"], checked.values["urgent"]) == (31, True)


class TestReadAnswers:
    def test_takes_what_was_posted_and_no_furniture(self) -> None:
        posted = MultiDict({"csrf_token": "t", "key": "k", "_more": "", "route": "answer", "urgent": "false", "cost": " 12 ", "reason": ""})

        assert forms.read_answers(TRIAGE, posted) == {"route": "answer", "urgent": False, "cost": "12"}

    def test_keeps_foreign_names_for_the_check_to_refuse(self) -> None:
        answers = forms.read_answers(TRIAGE, MultiDict({"route": "answer", "is_admin": "1", "page": "2"}), besides=["page"])

        assert answers == {"route": "answer", "is_admin": "1"}
        with pytest.raises(ValidationError):
            forms.schema(TRIAGE).load(answers)

    def test_reads_several_choices_rows_and_a_signature(self) -> None:
        posted = MultiDict([("tags", "road"), ("tags", "water"), ("_rows.works", "2"), ("works.0.what", "填补"), ("works.1.what", " "), ("signed", "徐芳"), ("signed.confirmed", "true")])

        assert forms.read_answers(TRIAGE, posted) == {
            "tags": ["road", "water"], "works": [{"what": "填补"}], "signed": {"name": "徐芳", "confirmed": True},
        }  # fmt: skip

    @pytest.mark.parametrize("count", ["-1", "x", "²", "999999999999"])
    def test_survives_a_senseless_count_of_rows(self, count: str) -> None:
        assert forms.read_answers(TRIAGE, MultiDict({"_rows.works": count})) == {}

    def test_leaves_out_files_that_were_not_chosen(self) -> None:
        chosen = FileStorage(io.BytesIO(b"x"), filename="a.jpg")
        files = MultiDict([("photos", FileStorage(io.BytesIO(), filename="")), ("photos", chosen)])

        assert forms.read_answers(REPORT, MultiDict({"text": "一\r\n二"}), files) == {"text": "一\n二", "photos": [chosen]}


class TestSimpleConditions:
    @pytest.mark.parametrize(
        ("source", "data"),
        [
            ('route = "a"', ["=", "route", "a"]),
            ('route != "a" and n = 2', ["and", ["!=", "route", "a"], ["=", "n", "2"]]),
            ('x in ("a", "b") or (y = true and z = -1.5)', ["or", ["in", "x", ["a", "b"]], ["and", ["=", "y", "true"], ["=", "z", "-1.5"]]]),
            ('x in ["a"]', ["in", "x", ["a"]]),
        ],
    )
    def test_become_data(self, source: str, data: list) -> None:
        assert conditions.simple(source) == data

    @pytest.mark.parametrize("source", [None, "", "case.safety_flag", "not(x = 1)", 'f("a") = 1', "x > 2", "x =", 'x = "a" y', "x in ()", "(x = 1", "x = y", "1 = x"])
    def test_are_left_to_the_server_where_they_are_more(self, source: str | None) -> None:
        assert conditions.simple(source) is None
