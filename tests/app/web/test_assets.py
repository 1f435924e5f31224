"""What browsers load: hashed, compressed, small for citizens, complete for the worker."""

import gzip
import json

import pytest

from app.web.assets import DIST, MANIFEST
from tests.pages import PageClient

pytestmark = pytest.mark.skipif(not (DIST / "manifest.json").exists(), reason="the bundles have not been built")
CITIZEN_BUDGET = 40 * 1024


class TestServe:
    def test_sends_the_compressed_twin_for_a_year(self, reader: PageClient) -> None:
        with reader.http.get(f"/assets/{MANIFEST.entry('citizen')['js']}", headers={"Accept-Encoding": "gzip"}) as answer:
            body = answer.data

        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.mimetype == "text/javascript"
        assert gzip.decompress(body)

    def test_sends_the_plain_file_to_those_who_cannot(self, reader: PageClient) -> None:
        with reader.http.get(f"/assets/{MANIFEST.entry('citizen')['css']}", headers={"Accept-Encoding": "identity"}) as answer:
            body = answer.data

        assert "Content-Encoding" not in answer.headers
        assert b"{" in body[:2000]

    @pytest.mark.parametrize("name", ["../app/config.py", "none.js", "%2e%2e/manifest.py"])
    def test_refuses_what_is_not_there(self, reader: PageClient, name: str) -> None:
        assert reader.http.get(f"/assets/{name}").status_code == 404


class TestCitizensPages:
    def test_stay_within_forty_kilobytes_in_all(self, reader: PageClient) -> None:
        page = reader.http.get("/s/HZ7K", headers={"Accept-Encoding": "gzip"})
        entry = MANIFEST.entry("citizen")
        files = [(DIST / f"{entry[kind]}.gz").stat().st_size for kind in ("js", "css")]

        assert page.headers["Content-Encoding"] == "gzip"
        assert len(page.data) + sum(files) <= CITIZEN_BUDGET

    def test_ask_no_other_host(self, reader: PageClient) -> None:
        css = (DIST / MANIFEST.entry("citizen")["css"]).read_text("utf-8")

        assert "http://" not in css.replace("http://www.w3.org", "") and "@import" not in css


class TestServiceWorker:
    def test_knows_its_files_and_version(self, reader: PageClient) -> None:
        answer = reader.http.get("/sw.js")
        source = answer.get_data(as_text=True)

        assert answer.headers["Cache-Control"] == "no-cache"
        assert "__VERSION__" not in source and "__FILES__" not in source
        assert json.dumps(f"/assets/{MANIFEST.entry('citizen')['js']}") in source
