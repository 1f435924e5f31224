"""The page client itself: what it lets pass and what it refuses."""

import pytest
from flask import Flask, Response

from tests.pages import PageClient, PageFault

FRAME = '<!doctype html><html lang="zh-CN"><head><title>一</title></head><body><main><h1>一</h1>{}</main></body></html>'


def serve(body: str, whole: bool = False) -> PageClient:
    """A client of an application with one page."""
    app = Flask("page", static_folder=None)
    policy = {"Content-Security-Policy": "script-src 'self' 'nonce-n'"}
    app.add_url_rule("/", "page", lambda: Response(body if whole else FRAME.format(body), headers=policy, mimetype="text/html"))
    return PageClient(app)


class TestInspection:
    def test_passes_a_sound_page(self) -> None:
        form = '<form method="post" action="/"><input type="hidden" name="csrf_token" value="t"><label for="a">甲</label><input id="a" name="a"></form>'

        assert serve(form + '<script nonce="n" src="/a.js"></script>').get("/").h1 == "一"

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            ('<input name="a">', "no label"),
            ('<form method="post" action="/"><button>b</button></form>', "without token"),
            ('<form method="get"><button>b</button></form>', "without action"),
            ('<p id="a"></p><p id="a"></p>', "already defined"),
            ('<p style="color:red">x</p>', "inline style"),
            ('<a href="#" onclick="x()">x</a>', "inline script"),
            ('<script nonce="n">x()</script>', "inline script"),
            ('<script src="/a.js"></script>', "without the nonce"),
            ('<img src="https://elsewhere.example/a.png" alt="">', "other host"),
            ("<p>Traceback (most recent call last)</p>", "raw text"),
            ("<p>None</p>", "raw text"),
            ("<h1>二</h1>", "2 h1"),
            ("<div><p>x</div>", "not well formed"),
            ("<img src='/a.png'>", "no alt"),
            ("<button></button>", "without words"),
            ('<form method="get" action="/"><input type="file" aria-label="x" name="f"></form>', "enctype"),
        ],
    )
    def test_refuses(self, fault: str, said: str) -> None:
        with pytest.raises(PageFault, match=said):
            serve(fault).get("/")

    @pytest.mark.parametrize(("old", "new", "said"), [("<title>一</title>", "<title></title>", "no title"), ('lang="zh-CN"', "", "no lang")])
    def test_refuses_a_frame_without(self, old: str, new: str, said: str) -> None:
        with pytest.raises(PageFault, match=said):
            serve(FRAME.format("").replace(old, new), whole=True).get("/")

    def test_refuses_another_status_than_named(self) -> None:
        with pytest.raises(PageFault, match="answered 200"):
            serve("").get("/", status=404)

    def test_refuses_to_fill_what_the_form_does_not_have(self) -> None:
        page = serve('<form method="get" action="/"><button>b</button></form>').get("/")

        with pytest.raises(PageFault, match="has no field"):
            serve("").submit(page, {"x": "1"})
