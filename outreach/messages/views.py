"""The sandbox: read what went out as on a phone, and answer as the young person."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.cases.words import age
from outreach.errors import NotFound, Refused
from outreach.i18n import _, _l
from outreach.messages import queries, service
from outreach.messages.forms import ReplyForm
from outreach.staff import scope

blueprint = Blueprint("messages", __name__)
PAGE = 25


@blueprint.get("/sandbox")
def sandbox() -> ResponseReturnValue:
    """The phones of the sandbox, the newest message first."""
    return render_template("messages/sandbox.html", **_phones())


@blueprint.get("/sandbox/<uuid:case_id>")
def phone(case_id: UUID) -> ResponseReturnValue:
    """One phone; on a laptop beside the list of them all."""
    return _phone(case_id, ReplyForm())


@blueprint.post("/sandbox/<uuid:case_id>")
def reply(case_id: UUID) -> ResponseReturnValue:
    """The young person answers."""
    form = ReplyForm()
    queries.conversation(case_id, scope.current())
    if not form.validate_on_submit():
        return _phone(case_id, form), 422
    last = queries.last_channel(case_id)
    if last is None:
        raise NotFound(_l("There is no message to answer yet."))
    try:
        service.receive(case_id, *last, form.body.data)
    except Refused as refusal:
        form.body.errors = [*form.body.errors, refusal.message]
        return _phone(case_id, form), 422
    return redirect(url_for("messages.phone", case_id=case_id))


def _phones() -> dict[str, Any]:
    page = max(request.args.get("page", 1, type=int), 1)
    found = queries.conversations(scope.current(), page, PAGE)
    return {"found": found[:PAGE], "page": page, "more": len(found) > PAGE, "age": age}


def _phone(case_id: UUID, form: ReplyForm) -> str:
    person, messages = queries.conversation(case_id, scope.current())
    title = _("The phone of %(name)s", name=person.given_name or person.family_name)
    return render_template(
        "messages/phone.html", messages=messages, form=form, case_id=case_id, title=title, **_phones()
    )
