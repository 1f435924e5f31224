"""The citizen's door: scan, report, receipt, track, answer. Nobody signs in here; the receipt is the key."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.cases import operations as cases
from app.cases import queries as files
from app.cases.operations import Contact
from app.directory import queries as directory
from app.directory.queries import CodeReplaced
from app.errors import AppError, Invalid
from app.identity import guard
from app.identity.guard import public
from app.intake import operations, queries, schemas
from app.throttle import Limit
from app.uow import visitor
from app.web.errors import sentence
from app.web.forms import read_answers
from app.web.lang import current

blueprint = Blueprint("intake", __name__)

#: Each try to send counts loosely, each report that would be stored strictly.
POSTS, REPORTS, STATION = Limit("report.post", 30, 600), Limit("report", 5, 600), Limit("report.station", 30, 3600)
TRACKING = Limit("tracking", 10, 600)
RECEIPT_SECONDS = 2 * 3600


@blueprint.get("/start")
@public
def start() -> Any:
    """Where somebody begins who has no code at hand: track, or find a station."""
    with guard.read() as house:
        return render_template("intake/start.html", counties=queries.stations(house.db))


@blueprint.get("/s/<code>")
@public
def scan(code: str) -> Any:
    """The report: who will read it, and three short parts."""
    try:
        return _scan_page(code)
    except CodeReplaced as replaced:
        return redirect(f"/s/{replaced.facts['code']}", 303)


@blueprint.post("/s/<code>")
@public
def submit(code: str) -> Any:
    """Take a report in; sent twice with one key, it is one report with one receipt."""
    guard.spend(POSTS)
    try:
        given, photos = guard.answers(schemas.ReportSchema()), _photos("photos")
    except Invalid as refusal:
        return _scan_page(code, _wrong(refusal, "photos")), 422
    with guard.read() as house:
        station = directory.station_by_code(house.db, code)
    guard.spend(REPORTS)
    told, take = _told(station, given, photos), _way_in(station.id)
    done = guard.run(lambda uow: take(uow, told=told), county=station.county, actor=visitor(station.county))
    return _with_receipt(redirect("/receipt", 303), done["receipt"])


@blueprint.get("/receipt")
@public
def receipt() -> Any:
    """The receipt on the screen: number, code, and what happens next."""
    known = _known()
    if known is None:
        return redirect("/t", 303)
    with guard.read() as house:
        case = files.case_by_tracking(house.db, *known)
        return render_template(
            "intake/receipt.html", case=case, code=known[1], now=house.now, told=_open_things(house, case),
            urgent=schemas.sounds_urgent(case.body), phones=schemas.PHONES,
        )


@blueprint.get("/t")
@public
def track() -> Any:
    """Ask for number and code."""
    return render_template("intake/track.html", values=request.args, errors={})


@blueprint.post("/t")
@public
def look_up() -> Any:
    """Open a report by its receipt. Wrong, expired and foreign receipts hear the same."""
    guard.spend(TRACKING)
    try:
        given = guard.answers(schemas.TrackSchema())
        with guard.read() as house:
            case = files.case_by_tracking(house.db, given["number"], given["code"])
    except (Invalid, files.ReceiptUnknown) as refusal:
        return render_template("intake/track.html", values=request.form, errors=_wrong(refusal, "code")), 422
    sealed = operations.sealed_receipt(guard.wiring().settings, case.number, given["code"])
    return _with_receipt(redirect(f"/t/{case.number}", 303), sealed)


@blueprint.get("/t/<number>")
@public
def status(number: str) -> Any:
    """Where the matter stands, in plain words."""
    return _status_page(number)


@blueprint.post("/t/<number>/facts")
@public
def add_facts(number: str) -> Any:
    """Add what is new."""
    known = _own(number)
    guard.spend(POSTS)
    try:
        given, photos = guard.answers(schemas.FactsSchema()), _photos("photos")
        guard.run(lambda uow: operations.add_facts(uow, number=known[0], code=known[1], text=given["text"], photos=photos),
                  county=int(known[0][:6]), actor=visitor(int(known[0][:6])))
    except Invalid as refusal:
        return _status_page(number, _wrong(refusal, "photos")), 422
    return redirect(f"/t/{known[0]}?said=facts", 303)


@blueprint.get("/t/<number>/acts/<message>")
@public
def act(number: str, message: str) -> Any:
    """The form of something the reporter may begin."""
    return _act_page(number, message)


@blueprint.post("/t/<number>/acts/<message>")
@public
def begin_act(number: str, message: str) -> Any:
    """Begin it."""
    known = _own(number)
    guard.spend(POSTS)
    with guard.read() as house:
        form = queries.own_act(house.db, files.case_by_tracking(house.db, *known), message).form
    try:
        answers = read_answers(form, request.form)
        guard.run(lambda uow: operations.begin(uow, number=known[0], code=known[1], message=message, answers=answers),
                  county=int(known[0][:6]), actor=visitor(int(known[0][:6])))
    except Invalid as refusal:
        return _act_page(number, message, _wrong(refusal, form.fields[0].key)), 422
    return redirect(f"/t/{known[0]}?said=act", 303)


@blueprint.get("/t/<number>/items/<int:item_id>")
@public
def own_item(number: str, item_id: int) -> Any:
    """A question to the reporter, opened from his own page."""
    return _own_item_page(number, item_id)


@blueprint.post("/t/<number>/items/<int:item_id>")
@public
def answer_own(number: str, item_id: int) -> Any:
    """The answer to it."""
    known = _own(number)
    with guard.read() as house:
        form = queries.form_of(house.db, queries.own_item(house.db, files.case_by_tracking(house.db, *known), item_id))
    try:
        answers, photos = _answers(form)
        guard.run(lambda uow: operations.answer_by_receipt(
            uow, number=known[0], code=known[1], item_id=item_id, answers=answers, photos=photos),
            county=int(known[0][:6]), actor=visitor(int(known[0][:6])))
    except Invalid as refusal:
        return _own_item_page(number, item_id, _wrong(refusal, "photos")), 422
    return redirect(f"/t/{known[0]}?said=answer", 303)


@blueprint.get("/t/<number>/files/<int:attachment_id>")
@public
def file(number: str, attachment_id: int) -> Response:
    """A picture of one's own report."""
    known = _own(number)
    with guard.read() as house:
        case = files.case_by_tracking(house.db, *known)
        row = files.attachment(house.db, case.county, attachment_id)
        if row.case_id != case.id or row.audience not in files.SEES["reporter"]:
            abort(404)
        data = house.storage.get(row.thumb if "small" in request.args and row.thumb else row.content)
    return Response(data, mimetype=row.type, headers={
        "Content-Disposition": "inline", "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, max-age=600",
    })


@blueprint.get("/a/<token>")
@public
def link(token: str) -> Any:
    """A question to the reporter, opened by a one-time link."""
    return _link_page(token)


@blueprint.post("/a/<token>")
@public
def answer(token: str) -> Any:
    """The answer to it; the link is worth nothing afterwards."""
    guard.spend(POSTS)
    with guard.read() as house:
        item = queries.item_of(house.db, token, house.now)
        form = queries.form_of(house.db, item)
    try:
        answers, photos = _answers(form)
        guard.run(lambda uow: operations.answer_by_link(uow, token=token, answers=answers, photos=photos),
                  county=item.county, actor=visitor(item.county))
    except Invalid as refusal:
        return _link_page(token, _wrong(refusal, "photos")), 422
    return redirect("/thanks", 303)


@blueprint.get("/thanks")
@public
def thanks() -> Any:
    """What is said after a one-time link was used."""
    return render_template("intake/thanks.html")


@blueprint.get("/public/<number>")
@public
def public_page(number: str) -> Any:
    """What everybody may read about a matter, after its page was reviewed."""
    with guard.read() as house:
        case = queries.public_case(house.db, number)
        entries = [schemas.entry(one) for one in files.timeline(house.db, case, "public")]
        return render_template(
            "intake/public_page.html", case=case, label=files.public_label(case.status, case.outcome, case.verdict),
            title=case.public_title or files.redacted(case.title)[0], place=files.redacted(case.place)[0],
            entries=list(reversed(entries)), ratings=files.ratings(house.db, case.county, case.id),
        )


def _scan_page(code: str, errors: Any = None) -> str:
    with guard.read() as house:
        found = queries.scanned(house.db, code, guard.wiring().workflow_engine, house.now)
        return render_template(
            "intake/scan.html", code=code, found=found, answer_day=schemas.last_day(found.answer_by), values=request.form, errors=errors or {}, now=house.now,
            emergency=schemas.EMERGENCY, phones=schemas.PHONES, most_photos=schemas.MOST_PHOTOS, most=schemas.TEXT_LENGTH,
        )


def _told(station: Any, given: dict[str, Any], photos: tuple[cases.Photo, ...]) -> cases.Report:
    contact = Contact(given.get("name", ""), given.get("phone", ""), current())
    return cases.Report(
        station_id=station.id, text=given["text"], place=given.get("place", ""), lat=given.get("lat"), lon=given.get("lon"),
        contact=contact, photos=photos, mandate_id=station.mandate_id,
    )


def _way_in(station_id: int) -> Any:
    # A station that is flooded is not closed to people: what comes is taken in and marked for the clerk.
    flooded = guard.wiring().limits.wait_after(STATION, str(station_id)) > 0
    return operations.report_in_flood if flooded else operations.report


def _photos(name: str) -> tuple[cases.Photo, ...]:
    sent, house = request.files.getlist(name), guard.wiring()
    given = [(one.filename, one.read()) for one in sent if one.filename]
    for one in sent:
        one.close()
    return cases.keep_photos(house.storage, house.settings, given, schemas.MOST_PHOTOS)


def _answers(form: Any) -> tuple[dict[str, Any], tuple[cases.Photo, ...]]:
    raw = read_answers(form, request.form, besides=("photos",))
    pictures = [field.key for field in form.fields if field.type == "files"]
    photos = _photos(pictures[0]) if pictures else ()
    return raw | ({pictures[0]: [photo.content for photo in photos]} if photos else {}), photos


def _wrong(refusal: AppError, field: str) -> dict[str, list[str]]:
    """The messages per field; a refusal without fields is said at the one it is about."""
    named = refusal.errors if isinstance(refusal, Invalid) else {}
    return {name: [_(one) if isinstance(one, str) else one for one in said] for name, said in named.items()} or {field: [sentence(refusal)]}


def _status_page(number: str, errors: Any = None) -> Any:
    known = _known()
    if known is None or known[0] != number:
        return redirect(f"/t?number={number[:30]}", 303)
    with guard.read() as house:
        case = files.case_by_tracking(house.db, *known)
        entries = [schemas.entry(one) for one in files.timeline(house.db, case, "reporter")]
        return render_template(
            "intake/status.html", case=case, label=files.public_label(case.status, case.outcome, case.verdict),
            badges=files.badges(case), told=_open_things(house, case), entries=list(reversed(entries)), now=house.now,
            papers=files.attachments(house.db, case.county, case.id, audiences=files.SEES["reporter"]), errors=errors or {},
            letters=files.replies(house.db, case.county, case.id), values=request.form, said=request.args.get("said", ""),
            acts=queries.own_acts(house.db, case), is_over=files.is_over(case.status),
        )


def _act_page(number: str, message: str, errors: Any = None) -> str:
    known = _own(number)
    with guard.read() as house:
        case = files.case_by_tracking(house.db, *known)
        return render_template(
            "intake/act.html", case=case, act=queries.own_act(house.db, case, message), values=request.form, errors=errors or {},
        )


def _own_item_page(number: str, item_id: int, errors: Any = None) -> str:
    known = _own(number)
    with guard.read() as house:
        case = files.case_by_tracking(house.db, *known)
        item = queries.own_item(house.db, case, item_id)
        return _item_page(house, case, item, f"/t/{case.number}/items/{item_id}", errors)


def _link_page(token: str, errors: Any = None) -> str:
    with guard.read() as house:
        item = queries.item_of(house.db, token, house.now)
        case = files.case_by_id(house.db, item.county, item.instance_id)
        return _item_page(house, case, item, f"/a/{token}", errors)


def _item_page(house: Any, case: Any, item: Any, action: str, errors: Any) -> str:
    return render_template(
        "intake/item.html", case=case, item=item, form=queries.form_of(house.db, item), action=action, now=house.now,
        values=request.form, errors=errors or {}, letters=files.replies(house.db, case.county, case.id),
        question=files.question(house.db, item),
    )


def _open_things(house: Any, case: Any) -> list[schemas.Told]:
    calendar = guard.wiring().calendar
    return [schemas.told(one, calendar, house.now) for one in files.sentences(house.db, case, for_reporter=True)]


def _known() -> tuple[str, str] | None:
    sealed = request.cookies.get(_cookie(), "")
    return queries.open_receipt(guard.wiring().settings, sealed) if sealed else None


def _own(number: str) -> tuple[str, str]:
    """Number and code of the receipt this browser holds for this report.

    Raises ReceiptUnknown.
    """
    known = _known()
    if known is None or known[0] != number:
        raise files.ReceiptUnknown()
    return known


def _with_receipt(response: AnyResponse, sealed: str) -> AnyResponse:
    # A shared phone forgets the receipt by itself; the paper or the screenshot stays.
    response.set_cookie(
        _cookie(), sealed, max_age=RECEIPT_SECONDS, path="/", httponly=True, samesite="Lax",
        secure=guard.wiring().settings.cookie_secure,
    )
    return response


def _cookie() -> str:
    return "__Host-receipt" if guard.wiring().settings.cookie_secure else "receipt"
