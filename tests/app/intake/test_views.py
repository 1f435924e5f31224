"""The citizen's door through HTTP, without scripts: report, receipt, track, add, and every wrong input."""

import io

import pytest
from PIL import Image

from app.directory.numbers import new_code
from app.uow import CLOCK
from tests.pages import PageClient

TEXT = "凤溪村口的石桥被洪水冲断，二十多户出不了门"
KEY = "00000000000040008000000000000417"


def photo(size=(640, 480), kind="JPEG", exif=None):
    picture, out = Image.new("RGB", size, (120, 160, 90)), io.BytesIO()
    picture.save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


@pytest.fixture
def sent(citizen, station):
    """Report something and give back the page of the receipt."""

    def report(status=303, **more):
        page = citizen.get(f"/s/{station.station_code}")
        answer = citizen.submit(page, {"text": TEXT, **more}, status)
        return citizen.follow(answer) if status == 303 else answer

    return report


def code_of(page):
    return page.select(".secret")[0].text_content()


def number_of(page):
    return page.select(".receipt-number")[0].text_content()


class TestScan:
    def test_says_who_reads_it(self, citizen, station):
        page = citizen.get(f"/s/{station.station_code}")

        assert page.h1 == "反映身边的问题"
        assert "凤溪联络站" in page.text
        assert "代表" in page.text

    @pytest.mark.parametrize("code", ["NOSUCH", "x" * 300, "%00", "＜script＞"])
    def test_explains_an_unknown_code(self, citizen, station, code):
        page = citizen.get(f"/s/{code}", 404)

        assert "联络站" in page.text

    def test_explains_a_closed_station(self, citizen, station, wiring, rows):
        wiring.run(lambda uow: uow.db.exec_driver_sql(f"update organ set closed_on = '2021-01-02' where id = {station.station}").rowcount, actor=CLOCK)

        page = citizen.get(f"/s/{station.station_code}", 409)

        assert "联络站" in page.text

    def test_leads_from_a_replaced_sheet_to_the_new_one(self, citizen, station, wiring):
        old, new = new_code(), new_code()
        wiring.run(lambda uow: [uow.db.exec_driver_sql(
            "insert into qr_code(code, kind, station_id, created_at, replaced_by) values (%s, 'station', %s, now(), %s)", row).rowcount
            for row in ((new, station.station, None), (old, station.station, new))], actor=CLOCK)

        assert citizen.get(f"/s/{old}", 303).location == f"/s/{new}"

    def test_speaks_english_to_who_reads_english(self, app, station):
        page = PageClient(app, "en").get(f"/s/{station.station_code}")

        assert page.h1 == "Report something around you"


class TestSubmit:
    def test_gives_a_receipt_with_number_and_code(self, sent):
        page = sent()

        assert number_of(page).startswith("330825-CI-")
        assert len(code_of(page).replace("-", "")) == 17

    def test_is_one_report_however_often_it_is_sent_with_one_key(self, citizen, station, rows):
        page = citizen.get(f"/s/{station.station_code}")
        first, second = (citizen.submit(page, {"text": TEXT}, 303) for _ in range(2))

        one, other = (number_of(citizen.follow(answer)) for answer in (first, second))

        assert one == other
        assert len(rows("select 1 from case_file")) == 1

    def test_keeps_what_was_typed_when_something_is_wrong(self, sent, rows):
        page = sent(422, text="", place="村口", phone="12")

        assert page.select("input[name=place]")[0].get("value") == "村口"
        assert "请说明发生了什么" in page.text
        assert "这不像电话号码" in page.text
        assert rows("select 1 from case_file") == []

    def test_refuses_four_thousand_and_one_characters_with_the_count(self, sent, rows):
        page = sent(422, text="桥" * 4001)

        assert "4001" in page.text
        assert rows("select 1 from case_file") == []

    def test_takes_four_thousand(self, sent):
        assert number_of(sent(text="桥" * 4000))

    def test_refuses_foreign_fields(self, citizen, station, rows):
        citizen.post(f"/s/{station.station_code}", {"text": TEXT, "status": "closed"}, 422)

        assert rows("select 1 from case_file") == []

    def test_shows_the_numbers_to_call_in_danger_and_takes_the_report(self, sent, rows):
        page = sent(text="村里燃气泄漏，味道很大")

        assert "119" in page.text
        assert len(rows("select 1 from case_file")) == 1

    def test_stops_a_flood_from_one_place_and_says_when_to_come_back(self, citizen, sent):
        for _ in range(5):
            sent()

        page = sent(429)

        assert "几分钟" in page.text

    def test_is_stale_without_its_token(self, citizen, station, rows):
        answer = citizen.http.post(f"/s/{station.station_code}", data={"text": TEXT, "csrf_token": "old.one"}, headers=citizen.headers)

        assert answer.status_code == 403
        assert rows("select 1 from case_file") == []


class TestPhotos:
    def test_are_kept_without_place_and_device(self, sent, rows, wiring):
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif[0x8825] = {1: "N", 2: (29.0, 3.0, 0.0)}

        sent(photos=(io.BytesIO(photo(exif=exif)), "桥.jpg"))

        kept = rows("select content, thumb, name, width from attachment")[0]
        data = wiring.storage.get(kept.content)
        assert (kept.name, kept.width) == ("桥.jpg", 640)
        assert b"SecretCamera" not in data
        assert not Image.open(io.BytesIO(data)).getexif()
        assert wiring.storage.get(kept.thumb)

    @pytest.mark.parametrize(("data", "name"), [
        (b"%PDF-1.7 something", "photo.jpg"), (b"<svg onload=alert(1)>", "photo.png"), (b"", "empty.jpg"),
        (b"\xff\xd8\xff" + b"0" * 99, "cut.jpg"),
    ])
    def test_say_what_is_wrong_with_them(self, sent, rows, data, name):
        page = sent(422, photos=(io.BytesIO(data), name))

        assert "照片" in page.text
        assert rows("select 1 from case_file") == []

    def test_may_have_forty_megapixels(self, sent, rows):
        sent(photos=(io.BytesIO(photo((8000, 5000))), "large.jpg"))

        assert rows("select width from attachment")[0].width <= 2560

    def test_are_seen_by_the_reporter_only(self, citizen, app, sent, rows):
        page = sent(photos=(io.BytesIO(photo()), "桥.jpg"))
        address = f"/t/{number_of(page)}/files/{rows('select id from attachment')[0].id}"

        assert citizen.http.get(address).mimetype == "image/jpeg"
        assert PageClient(app).http.get(address).status_code == 404


class TestTrack:
    def test_opens_with_number_and_code(self, app, sent):
        receipt = sent(place="凤溪村口")
        elsewhere = PageClient(app)
        answer = elsewhere.submit(elsewhere.get("/t"), {"number": number_of(receipt).lower(), "code": code_of(receipt).replace("-", " ")}, 303)
        page = elsewhere.follow(answer)

        assert page.h1 == TEXT
        assert "收到反映" in page.text
        assert "已提交" in page.text

    @pytest.mark.parametrize("code", ["0000-0000-0000-0000-0", "短", "x" * 79])
    def test_answers_wrong_codes_alike(self, citizen, sent, code):
        number = number_of(sent())
        page = citizen.get("/t")

        wrong = citizen.submit(page, {"number": number, "code": code}, 422)
        unknown = citizen.submit(page, {"number": "330825-CI-1999-000001", "code": code}, 422)

        assert "对不上" in wrong.text
        assert wrong.text.replace(number, "") == unknown.text.replace("330825-CI-1999-000001", "")

    def test_stops_guessing_after_ten(self, citizen):
        page = citizen.get("/t")
        for _ in range(10):
            citizen.submit(page, {"number": "330825-CI-2021-000001", "code": "0000-0000-0000-0000-0"}, 422)

        citizen.submit(page, {"number": "330825-CI-2021-000001", "code": "0000-0000-0000-0000-0"}, 429)

    def test_asks_who_holds_no_receipt(self, app, sent):
        number = number_of(sent())

        assert PageClient(app).get(f"/t/{number}", 303).location == f"/t?number={number}"

    def test_forgets_a_forged_receipt(self, citizen):
        citizen.http.set_cookie("receipt", "Zm9yZ2Vk", domain="localhost")

        assert citizen.get("/receipt", 303).location == "/t"


class TestAddFacts:
    def test_puts_them_on_the_file(self, citizen, sent):
        number = number_of(sent())
        page = citizen.get(f"/t/{number}")

        answer = citizen.submit(page, {"text": "水又涨了"}, 303, form=f"/t/{number}/facts")

        assert "水又涨了" in citizen.follow(answer).text

    def test_needs_words(self, citizen, sent):
        number = number_of(sent())

        page = citizen.submit(citizen.get(f"/t/{number}"), {"text": " "}, 422, form=f"/t/{number}/facts")

        assert "请" in page.text

    def test_is_not_for_others(self, app, sent, rows):
        number = number_of(sent())

        PageClient(app).post(f"/t/{number}/facts", {"text": "别人"}, 404)
        assert rows("select 1 from note where kind = 'facts'") == []


class TestLink:
    @pytest.mark.parametrize("token", ["invented", "x" * 500, "..%2f"])
    def test_explains_an_unknown_link(self, citizen, token):
        citizen.get(f"/a/{token}", 404)


class TestPublicPage:
    def test_is_not_there_before_a_review(self, citizen, sent):
        citizen.get(f"/public/{number_of(sent())}", 404)

    def test_hides_what_is_personal(self, citizen, sent, wiring, rows):
        number = number_of(sent(text="找王师傅13812345678，桥断了", place="凤溪村3号楼2单元", phone="13900001111", name="李四"))
        wiring.run(lambda uow: uow.db.exec_driver_sql(
            "update case_file set publishable = true, published_at = now(), status = 'closed', outcome = 'solved'").rowcount, actor=CLOCK)

        page = citizen.get(f"/public/{number}")

        assert "已办结 · 已解决" in page.text
        for secret in ("13812345678", "13900001111", "李四", "3号楼"):
            assert secret not in page.text


class TestStart:
    def test_lists_open_stations(self, citizen, station):
        page = citizen.get("/start")

        assert page.links["凤溪联络站"] == f"/s/{station.station_code}"
