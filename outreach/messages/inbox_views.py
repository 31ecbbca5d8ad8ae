"""The inbox: the list of conversations, one of them, and what one does there. It brings its own news."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock, db
from outreach.campaigns.words import title_of_text
from outreach.cases import queries as cases
from outreach.cases import service as case_service
from outreach.cases import words
from outreach.cases.queries import CaseHead
from outreach.errors import Refused
from outreach.i18n import _, _l
from outreach.messages import (
    hand_panels,
    inbox_queries,
    inbox_service,
    inbox_words,
    unclaimed_queries,
    writing_queries,
    writing_service,
)
from outreach.messages.inbox_forms import AssignForm, InboxSearchForm, WriteForm
from outreach.messages.inbox_queries import BUBBLES, Bubbles, Inbox, Wanted
from outreach.messages.writing_rules import Hindrance, WayOut, ways_out
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("inbox", __name__)

STAFF = (RoleName.coach, RoleName.clerk, RoleName.coordinator)
CHANNELS = ("whatsapp", "sms", "email", "all")


def waiting(scope: Scope) -> int:
    """What the menu counts: unread conversations that are hers, and messages that she may claim."""
    return inbox_queries.unread_of(scope) + unclaimed_queries.count(scope)


@blueprint.get("/messages")
@roles(*STAFF)
def conversations() -> ResponseReturnValue:
    """The list, and above it the messages of which nobody knows whose they are."""
    scope = current()
    values = _list(scope)
    if htmx_request.htmx:
        return render_template("messages/_talks.html", **values)
    there = "messages.sandbox" in current_app.view_functions
    return render_template(
        "messages/inbox.html",
        unclaimed=unclaimed_queries.waiting(scope),
        sandbox_href=url_for("messages.sandbox") if there else "",
        **values,
    )


@blueprint.get("/messages/fresh")
@roles(*STAFF)
def fresh() -> ResponseReturnValue:
    """The list when it has changed since `seen`, else 204: asked for every ten seconds."""
    values = _list(current())
    if request.args.get("seen") == values["found"].seen:
        return "", 204
    return render_template("messages/_talks.html", case_id=request.args.get("open", type=UUID), **values)


def _list(scope: Scope) -> dict[str, Any]:
    """The values of messages/_talks.html, as the address asks for them; a coach sees her own first."""
    usual = "mine" if scope.has(RoleName.coach) else "all"
    show = request.args.get("show", usual)
    wanted = Wanted(show != "all", request.args.get("q", ""))
    found = inbox_queries.inbox(wanted, scope, request.args.get("page", 1, int))
    asked = {"show": show, "q": wanted.words, "page": found.page}
    usually = {"show": usual, "q": "", "page": 1}
    kept = {name: value for name, value in asked.items() if value != usually[name]}

    def address(**more: Any) -> str:
        query = {name: value for name, value in (kept | more).items() if value != usually.get(name)}
        return url_for("inbox.conversations") + (f"?{urlencode(query)}" if query else "")

    return {
        "found": found,
        "wanted": wanted,
        "kept": kept,
        "address": address,
        "search": InboxSearchForm(request.args),
        "words": words,
        "me": scope.user_id,
        **_pages(found, address),
    }


def _pages(found: Inbox, address: Any) -> dict[str, str]:
    return {
        "previous_href": address(page=found.page - 1) if found.page > 1 else "",
        "next_href": address(page=found.page + 1) if found.page < found.pages else "",
    }


@blueprint.get("/messages/<uuid:case_id>")
@roles(*STAFF)
def conversation(case_id: UUID) -> ResponseReturnValue:
    """One conversation; who answers it has now read it. With htmx, which asks for a quick answer, only the form."""
    scope = current()
    case = cases.head(case_id, scope)
    inbox_service.seen(case, by=_me(scope))
    if htmx_request.htmx:
        values = _writing(case, _empty_form())
        return render_template("messages/_write.html", case=case, words=words, focus=True, **values)
    return _page(case, scope, _empty_form())


@blueprint.get("/messages/<uuid:case_id>/fresh")
@roles(*STAFF)
def fresh_conversation(case_id: UUID) -> ResponseReturnValue:
    """The messages when they have changed since `seen`, else 204: asked for every ten seconds.

    When the window of WhatsApp opened or closed meanwhile, what one writes with comes along.
    """
    scope = current()
    case = cases.head(case_id, scope)
    values = _talk(case, scope)
    if request.args.get("seen") == values["seen"]:
        return "", 204
    inbox_service.seen(case, by=_me(scope))
    _all, window, last = [*request.args.get("seen", "").split("-"), "", ""][:3]
    values["moved"] = window != values["window"]
    values["news"] = last != values["last"]
    if values["moved"]:
        values |= _writing(case, _empty_form())
    return render_template("messages/_bubbles.html", case=case, **values)


@blueprint.post("/messages/<uuid:case_id>")
@roles(*STAFF)
def write(case_id: UUID) -> ResponseReturnValue:
    """Send a message in one's own words."""
    scope = current()
    case = cases.head(case_id, scope)
    form = WriteForm()
    try:
        key = UUID(form.key.data or "")
    except ValueError:
        key = db.new_id()
    try:
        writing_service.write(case.id, form.channel.data or "", form.body.data or "", by=_me(scope), key=key)
    except Refused as refusal:
        form.body.errors = [refusal.message]
        return _answer(case, scope, form), 422
    return _sent(case, scope)


@blueprint.post("/messages/<uuid:case_id>/approved")
@roles(*STAFF)
def write_approved(case_id: UUID) -> ResponseReturnValue:
    """Send one of the approved messages."""
    scope = current()
    case = cases.head(case_id, scope)
    name, channel = request.form.get("name", ""), request.form.get("channel", "whatsapp")
    writing_service.write_approved(case.id, channel, name, by=_me(scope))
    return _sent(case, scope)


def _sent(case: CaseHead, scope: Scope) -> ResponseReturnValue:
    if htmx_request.htmx:
        return _answer(case, scope, _empty_form())
    return _back(case)


def _answer(case: CaseHead, scope: Scope, form: WriteForm) -> str:
    """The conversation with what one writes with, for htmx; else the whole page."""
    if not htmx_request.htmx:
        return _page(case, scope, form)
    values = _talk(case, scope) | _writing(case, form)
    return render_template("messages/_conversation.html", case=case, focus=True, **values)


@blueprint.post("/messages/<uuid:case_id>/assign")
@roles(*STAFF)
def assign(case_id: UUID) -> ResponseReturnValue:
    """Give the conversation to a colleague, or back to the coach."""
    scope = current()
    case = cases.head(case_id, scope)
    if "back" in request.form:
        inbox_service.assign(case, None, by=_me(scope))
        flash(_("Given back."), "ok")
        return _back(case)
    form = _assign_form(case)
    if not form.validate_on_submit():
        flash(_("Choose a colleague from the list."), "bad")
        return _back(case)
    inbox_service.assign(case, UUID(form.staff.data), by=_me(scope))
    flash(_("The conversation is with %(name)s now.", name=dict(form.staff.choices)[form.staff.data]), "ok")
    return _back(case)


@blueprint.post("/messages/<uuid:case_id>/opt-out")
@roles(*STAFF)
def opt_out(case_id: UUID) -> ResponseReturnValue:
    """Note that somebody does not want to be reached by a channel, or take that back."""
    scope = current()
    case = cases.head(case_id, scope)
    channel = request.form.get("channel", "")
    if channel not in CHANNELS:
        raise Refused(_l("Choose a way of reaching somebody."))
    if "again" in request.form:
        case_service.opt_in(case.id, channel, by=_me(scope))
        flash(_("Kept: this way may be used again."), "ok")
    else:
        case_service.opt_out(case.id, channel, by=_me(scope))
        flash(_("Kept: this way is not used any more."), "ok")
    return _back(case)


def _page(case: CaseHead, scope: Scope, form: WriteForm) -> str:
    values = _list(scope) | _talk(case, scope) | _writing(case, form)
    colleagues = _assign_form(case)
    assigned = values["standing"].assigned_to if values["standing"] else None
    return render_template(
        "messages/conversation.html",
        case=case,
        case_id=case.id,
        assign=colleagues,
        holder=dict(colleagues.staff.choices).get(str(assigned), ""),
        channels=CHANNELS,
        focus="answer" in request.args,
        hand=hand_panels.case_of(case.id, scope) if scope.has(*hand_panels.MAY_SEND) else None,
        **values,
    )


def _talk(case: CaseHead, scope: Scope) -> dict[str, Any]:
    """The values of messages/_bubbles.html: what was said, how it stands, and a mark by which to see a change.

    The mark has three parts: everything, whether WhatsApp's window is open, and their last message.
    """
    earlier = min(max(request.args.get("earlier", 1, int), 1), 20)
    said: Bubbles = inbox_queries.bubbles(case.person_id, scope, earlier * BUBBLES)
    standing = inbox_queries.standing(case.person_id)
    until = standing.whatsapp_until if standing and writing_queries.has_window() else None
    left = inbox_words.time_left(until)
    last = next((one.id.hex for one in reversed(said.shown) if one.direction == "in"), "")
    window = "open" if left else "closed"
    return {
        "said": said,
        "standing": standing,
        "left": left,
        "earlier": earlier,
        "says": inbox_words,
        "title_of": title_of_text,
        "words": words,
        "window": window,
        "last": last,
        "seen": f"{said.seen}-{window}-{last}",
    }


def _writing(case: CaseHead, form: WriteForm) -> dict[str, Any]:
    """The values of messages/_write.html: by which ways one can write, what to write, and why not."""
    to = writing_queries.recipient(case.id)
    standing = inbox_queries.standing(case.person_id)
    ways = ways_out(to.facts, clock.now(), standing.last_channel if standing else None)
    free = [way for way in ways if way.hindrance is None]
    closed = [way for way in ways if way.hindrance is Hindrance.closed]
    form.channel.choices = [(way.channel, _way(way)) for way in free]
    quick = dict(enumerate(to.region.settings.quick_answers, 1))
    chosen = quick.get(request.args.get("answer", 0, int))
    if chosen and not form.body.data:
        form.body.data = chosen
    return {
        "form": form,
        "free": free,
        "closed": closed,
        "why_not": _why_not(ways),
        "texts": writing_queries.previews(case, to, "whatsapp") if closed else [],
        "quick": quick,
        "title_of": title_of_text,
        "opt_outs": sorted(to.facts.opt_outs),
    }


def _way(way: WayOut) -> str:
    """A way with where it goes: 'WhatsApp, 06 12345678'."""
    where = words.shown_phone(way.address) if way.address.startswith("+") else way.address
    return f"{words.word(words.CHANNELS, way.channel)}, {where}"


def _why_not(ways: list[WayOut]) -> list[str]:
    """Why nothing can be sent at all, in words; empty when something can."""
    if any(way.hindrance in (None, Hindrance.closed) for way in ways):
        return []
    reasons = {way.hindrance for way in ways if way.hindrance is not None}
    return [str(writing_service.REFUSALS[reason]) for reason in Hindrance if reason in reasons]


def _empty_form() -> WriteForm:
    form = WriteForm(formdata=None)
    form.key.data = str(db.new_id())
    return form


def _assign_form(case: CaseHead) -> AssignForm:
    form = AssignForm()
    form.staff.choices = [(str(id_), name) for id_, name in cases.coaches_for(case.municipality_code)]
    return form


def _back(case: CaseHead) -> ResponseReturnValue:
    return redirect(url_for("inbox.conversation", case_id=case.id, _anchor="newest"), 303)


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
