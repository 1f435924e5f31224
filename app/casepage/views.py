"""The page of a case for those who work on it: sentence, timeline, papers, diagram, trail."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request

from app.cases import operations as papers
from app.cases import queries as files
from app.casepage import operations, queries, schemas
from app.definitions import queries as definitions
from app.directory import queries as directory
from app.errors import Invalid
from app.identity import guard, policy
from app.identity.guard import requires
from app.identity.policy import Permission
from app.web import paging
from app.web.errors import sentence
from app.web.forms import read_answers, wants_more_rows, with_files_kept

blueprint = Blueprint("casepage", __name__)


@blueprint.get("/cases")
@requires(Permission.SEE_CASE)
def cases() -> Any:
    """The cases the reader may see, the newest first, with search and filters that are part of the address."""
    asked, size, key = schemas.filters(request.args), paging.size(), paging.cursor()
    with guard.read() as house:
        found = queries.cases(house.db, house.actor, asked, after=key[0] if key else None, count=size + 1)
        page = paging.page(found, size, lambda row: (row.id,))
        return render_template(
            "casepage/cases.html", page=page, rows=[schemas.listed(row) for row in page.rows], asked=asked,
            categories=directory.categories(house.db), statuses=files.STATUS, now=house.now,
        )


@blueprint.get("/cases/<number>")
@requires(Permission.SEE_CASE)
def case(number: str) -> Any:
    """One case."""
    return _page(number)


@blueprint.get("/cases/<number>/diagram/<process>")
@requires(Permission.SEE_CASE)
def diagram(number: str, process: str) -> Any:
    """The diagram of a case with its token and its path."""
    with guard.read() as house:
        found = _found(house, number)
        drawn = schemas.diagram(house, found, process) or abort(404)
        return render_template(
            "casepage/diagram.html", case=found, process=process, drawn=drawn, processes=schemas.processes(house, found)
        )


@blueprint.get("/cases/<number>/diagram/<process>.bpmn")
@requires(Permission.SEE_CASE)
def drawing(number: str, process: str) -> Response:
    """The diagram itself, in the version that runs the case."""
    with guard.read() as house:
        found = _found(house, number)
        row = queries.instance(house.db, found.county, found.id) or abort(404)
        definition = definitions.version(house.db, row.definition_id).definition
        if process not in definition.processes:
            abort(404)
        return Response(definition.xml(process), mimetype="application/xml")


@blueprint.get("/cases/<number>/audit")
@requires(Permission.SEE_CASE_AUDIT)
def audit(number: str) -> Any:
    """Everything recorded about a case."""
    with guard.read() as house:
        found = _found(house, number, Permission.SEE_CASE_AUDIT)
        rows = [schemas.trail_row(row) for row in queries.trail(house.db, found.county, found.id)]
        return render_template("casepage/audit.html", case=found, rows=rows)


@blueprint.post("/cases/<number>/notes")
@requires(Permission.ADD_NOTE)
def add_note(number: str) -> Any:
    """Put a note for colleagues on the case."""
    text = request.form.get("text", "")
    try:
        guard.run(lambda uow: operations.add_note(uow, number=number, text=text))
    except Invalid as refusal:
        return _page(number, errors=guard.told(refusal)), 422
    return redirect(f"/cases/{number}", 303)


@blueprint.post("/cases/<number>/contacts/<int:party_id>")
@requires(Permission.UNMASK_CONTACT)
def uncover(number: str, party_id: int) -> Any:
    """Show a contact in clear, once, after the reason was kept."""
    reason = request.form.get("reason", "")
    try:
        # Without a key: a repeat is a second reading and is counted as one; the answer must not be stored.
        shown = guard.wiring().run(
            lambda uow: operations.uncover(uow, number=number, party_id=party_id, reason=reason), actor=guard.actor()
        )
    except Invalid as refusal:
        return _page(number, errors=guard.told(refusal)), 422
    return _page(number, uncovered={party_id: shown})


@blueprint.get("/cases/<number>/acts/<message>")
@requires(Permission.ACT_ON_CASE)
def act(number: str, message: str) -> Any:
    """The form of an act."""
    return _act_page(number, message)


@blueprint.post("/cases/<number>/acts/<message>")
@requires(Permission.ACT_ON_CASE)
def begin_act(number: str, message: str) -> Any:
    """Begin what needs no open item."""
    with guard.read() as house:
        form = schemas.act_form(house, guard.wiring(), _found(house, number), message)
    raw = read_answers(form, request.form, request.files) if form else {}
    if wants_more_rows(request.form):
        return _act_page(number, message, raw)
    try:
        answers, photos = with_files_kept(form, raw, _keep)
        guard.run(lambda uow: operations.begin_act(uow, number=number, message=message, answers=answers, photos=photos))
    except Invalid as refusal:
        return _act_page(number, message, raw, refusal.errors or {"": [sentence(refusal)]}), 422
    return redirect(f"/cases/{number}", 303)


@blueprint.get("/files/<int:county>-<int:attachment_id>")
@requires(Permission.SEE_CASE)
def file(county: int, attachment_id: int) -> Response:
    """One picture or paper of a case, never run by the browser."""
    with guard.read() as house:
        row = files.attachment(house.db, county, attachment_id)
        queries.seen(house.db, house.actor, files.case_by_id(house.db, county, row.case_id))
        return schemas.served(house.storage.get(row.thumb if "small" in request.args and row.thumb else row.content), row)


def _found(house: guard.Looking, number: str, permission: Permission = Permission.SEE_CASE) -> Any:
    found = queries.seen(house.db, house.actor, files.case_by_number(house.db, number))
    policy.check(house.actor, permission)
    return found


def _page(number: str, errors: Any = None, uncovered: Any = None) -> str:
    with guard.read() as house:
        shown = schemas.shown_case(house, guard.wiring(), house.actor, _found(house, number))
        return render_template("casepage/case.html", errors=errors or {}, uncovered=uncovered or {}, **shown)


def _keep(sent: list[tuple[str, bytes]]) -> Any:
    return papers.keep_photos(guard.wiring().storage, guard.wiring().settings, sent)


def _act_page(number: str, message: str, values: Any = None, errors: Any = None) -> str:
    with guard.read() as house:
        found = _found(house, number)
        form = schemas.act_form(house, guard.wiring(), found, message)
        return render_template(
            "casepage/act.html", case=found, act=queries.act_waiting(house.db, found, message).act, form=form,
            options=directory.field_options(house.db, form, found.county), values=values or {}, errors=errors or {},
        )
