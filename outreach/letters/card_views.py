"""The page of not-at-home cards: print sheets ahead, and say whose card an answer came on."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from outreach.cases import search_queries as cases
from outreach.errors import Refused
from outreach.i18n import _, _l, ngettext
from outreach.letters import card_queries, card_service
from outreach.responses import card_service as bound_cards
from outreach.responses import codes
from outreach.responses.card_service import Binding
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles
from outreach.web.layout import own_region

blueprint = Blueprint("cards", __name__)

CLERK, COORDINATOR = RoleName.clerk, RoleName.coordinator
_HOW_MANY = _l("Type a number from 1 to %(most)d.", most=card_service.MOST)


class PrintForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """How many cards to print."""

    number = IntegerField(
        _l("How many cards?"),
        [InputRequired(_HOW_MANY), NumberRange(1, card_service.MOST, _HOW_MANY)],
        default=40,
        description=_l("Four fit on a sheet."),
    )


class WhoseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Whose a card is."""

    code = HiddenField()
    reference = StringField(_l("Number of the case"), [InputRequired(_l("Type the number of the case."))])


@blueprint.get("/letters/cards")
@roles(CLERK, COORDINATOR)
def sheets() -> ResponseReturnValue:
    """What was printed, and answers on cards that belong to nobody yet."""
    return _page(PrintForm(formdata=None), WhoseForm(formdata=None))


def _page(form: PrintForm, whose: WhoseForm, status: int = 200) -> ResponseReturnValue:
    scope = current()
    page = render_template(
        "letters/cards.html",
        form=form,
        whose=whose,
        batches=card_queries.batches(scope),
        waiting=[(code, codes.display(code), at) for code, at in bound_cards.waiting(scope.regions)],
    )
    return page, status


@blueprint.post("/letters/cards")
@roles(CLERK, COORDINATOR)
def print_() -> ResponseReturnValue:
    """Print cards for the region; the PDF stands on the page then."""
    form = PrintForm()
    if not form.validate_on_submit():
        return _page(form, WhoseForm(formdata=None), 422)
    done = card_service.print_cards(own_region().id, form.number.data, by=current().user_id)
    flash(ngettext("%(num)d card is ready.", "%(num)d cards are ready.", done.cards), "ok")
    return redirect(url_for("cards.sheets"))


@blueprint.get("/letters/cards/<uuid:batch_id>/cards.pdf")
@roles(CLERK, COORDINATOR)
def pdf(batch_id: UUID) -> ResponseReturnValue:
    """The sheets of a batch, byte for byte as they were printed."""
    number = card_queries.number_of(batch_id, current())
    name = _("cards-%(number)s.pdf", number=number)
    content = BytesIO(card_service.reprint(batch_id))
    return send_file(content, mimetype="application/pdf", download_name=name, max_age=0)


@blueprint.post("/letters/cards/whose")
@roles(CLERK, COORDINATOR)
def whose() -> ResponseReturnValue:
    """Say which case a card belongs to that no coach reported; its answers go there."""
    scope = current()
    form = WhoseForm()
    if not form.validate_on_submit():
        return _page(PrintForm(formdata=None), form, 422)
    assert scope.user_id is not None, "a signed-in person has an id"
    try:
        case_id = cases.id_of(form.reference.data.strip(), scope)
    except Refused as refusal:
        form.reference.errors = [refusal.message]
        return _page(PrintForm(formdata=None), form, refusal.status)
    done = bound_cards.bind_by_hand(form.code.data or "", case_id, by=scope.user_id)
    if done is Binding.bound:
        flash(_("Done. The answer stands at the case, and its coach hears of it."), "ok")
    else:
        flash(_("This card belongs to a case already."), "warn")
    return redirect(url_for("cards.sheets"))
