"""A small application that shows every component once, so that the furniture is tested without rooms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader

from app.errors import Conflict, NotFound, Unavailable
from app.web import assets, errors, filters, forms, lang, security
from app.web.paging import Page
from workflows import Form

HERE = Path(__file__).parent
NOW = datetime(2021, 7, 20, 7, 30, tzinfo=UTC)


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _field(key: str, type_: str, zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": type_, "label": _pair(zh, en), **more}


def _choices(**words: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"value": value, "label": _pair(*pair)} for value, pair in words.items()]


TRIAGE = Form.read({"name": "triage", "title": _pair("分办", "Triage"), "fields": [
    _field("note", "statement", "填写前请看", "Before you start", help=_pair("分办意见会给站长看。", "The head reads this.")),
    _field("route", "choice", "办理途径", "Route", required=True, choices=_choices(
        immediate=("马上办", "Handle at once"), answer=("直接答复", "Answer"), refer_out=("转出", "Refer out"))),
    _field("unit", "organ", "承办单位", "Unit", required=True, shown_when='route = "immediate"', choices_from="units"),
    _field("reason", "text", "理由", "Reason", help=_pair("写给站长看，不公开。", "For the head; not public."), max=500, rows=3, required_when='route = "refer_out"'),
    _field("urgent", "yes_no", "是否紧急", "Urgent", required=True),
    _field("tags", "choices", "涉及", "Concerns", choices=_choices(road=("道路", "Road"), water=("水利", "Water"))),
    _field("cost", "money", "估算费用（元）", "Estimated cost (yuan)", min=0),
    _field("by", "date", "希望完成日期", "Wanted by"),
    _field("seen_at", "datetime", "发现时间", "Seen at"),
    _field("works", "rows", "措施", "Measures", fields=[
        _field("what", "line", "做什么", "What", max=60), _field("days", "number", "天数", "Days", min=1, max=60)]),
    _field("signed", "signature", "签名", "Signature"),
]})  # fmt: skip
REPORT = Form.read({"name": "report", "title": _pair("反映", "Report"), "fields": [
    _field("text", "text", "请说说情况", "What happened", help=_pair("写清时间和现象，不要填写身份证号。", "When and what; no identity numbers."), required=True, max=4000, rows=6),
    _field("photos", "files", "现场照片", "Photos", max=3),
    _field("place", "place", "位置", "Place", help=_pair("村名、路名或附近的标志物。", "Village, street or landmark.")),
    _field("phone", "phone", "联系电话", "Phone", help=_pair("不留电话也可以，凭查询码看进度。", "Optional.")),
    _field("anonymous", "yes_no", "匿名处理", "Stay anonymous"),
]})  # fmt: skip
ENTRIES = [
    {"title": "扫码反映", "at": NOW - timedelta(days=2), "text": "地圩村大桥桥面破损，大车过桥有响声。", "tone": "green"},
    {"title": "已受理", "at": NOW - timedelta(days=1), "by": "湖镇联络站 徐芳", "tone": "green"},
    {"title": "镇政府处置中", "at": NOW, "by": "湖镇镇政府", "is_current": True},
    {"title": "现场核查", "text": "由站点和反映人一起看。"},
]
LIGHTS = ("red", "orange", "yellow", "green", "")
TITLES = ("地圩村大桥桥面破损，大车过桥有明显响声", "夜间施工噪声扰民", "小区门口垃圾清运不及时", "非机动车占用消防通道", "路灯连续三盏不亮")


def _items() -> list[dict[str, Any]]:
    spans = (-30, 3, 20, 60, 200)
    return [
        {
            "href": f"/specimen?id={at}", "number": f"CI-330825-2021-{417 + at:06d}", "title": TITLES[at], "place": "湖镇镇地圩村", "step": ("分办", "受理", "审核答复", "核查", "回访")[at],
            "since": NOW - timedelta(hours=at + 1), "due_at": NOW + timedelta(hours=spans[at]), "light": LIGHTS[at], "holder": "徐芳" if at == 3 else "",
            "is_urgent": at == 0, "is_returned": at == 1, "is_supervised": at == 0, "claim": "/claim" if at in (1, 2) else None,
        }
        for at in range(5)
    ]  # fmt: skip


def make_specimen() -> Flask:
    """The application with its handful of pages."""
    app = Flask("specimen", static_folder=None)
    app.config.update(SECRET_KEY="specimen", TESTING=False)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(HERE / "templates"), FileSystemLoader(HERE.parents[2] / "app" / "templates")])
    for part in (lang, security, assets, filters, forms, errors):
        part.install(app)
    app.extensions["received"] = received = {}
    account = {"id": 7, "name": "徐芳", "role": _pair("站点办事员", "Station clerk"), "organ": _pair("湖镇联络站", "Huzhen station")}
    navigation = [{"href": "/specimen", "label": _pair("工作台", "Desk")}, {"href": "/cases", "label": _pair("事项", "Cases")}, {"href": "/admin", "label": _pair("管理", "Administration")}]
    app.context_processor(lambda: {"account": account, "navigation": navigation, "now": NOW})

    @app.route("/specimen", methods=["GET", "POST"])
    def specimen() -> Any:
        wrong = {"reason": ["请写明理由。"], "cost": ["金额不能小于 0。"]} if "bad" in request.args or request.method == "POST" else {}
        options = {"unit": [("31", "湖镇镇政府"), ("32", "县交通运输局")]}
        values = forms.read_answers(TRIAGE, request.form, request.files) if request.method == "POST" else {"route": "immediate", "urgent": False}
        page = render_template("specimen.html", items=_items(), page=Page([], "abc"), form=TRIAGE, errors=wrong, values=values, options=options, entries=ENTRIES)
        return page, 422 if request.method == "POST" else 200

    @app.route("/s/<code>", methods=["GET", "POST"])
    def report(code: str) -> Any:
        if request.method == "POST":
            answers = forms.read_answers(REPORT, request.form, request.files)
            if "拒绝" in answers.get("text", ""):
                return render_template("report.html", code=code, form=REPORT, values=answers, errors={"text": ["请写得具体一些。"]}), 422
            received.setdefault(request.form["key"], []).append({"answers": answers, "sizes": [len(p.read()) for p in answers.get("photos", ())]})
            return redirect("/receipt", 303)
        return render_template("report.html", code=code, form=REPORT, values={}, errors={})

    @app.get("/receipt")
    def receipt() -> Any:
        return render_template("plain.html", entries=ENTRIES)

    @app.get("/t")
    def track() -> Any:
        return render_template("report.html", code="t", form=REPORT, values={}, errors={})

    @app.get("/drawing")
    def drawing() -> Any:
        return render_template("drawing.html")

    @app.get("/drawing.bpmn")
    def drawn() -> Any:
        return (HERE / "drawing.bpmn").read_text("utf-8"), 200, {"Content-Type": "application/xml"}

    @app.get("/fail/<kind>")
    def fail(kind: str) -> Any:
        raise {"missing": NotFound, "stale": Conflict, "away": Unavailable}.get(kind, ZeroDivisionError)()

    return app
