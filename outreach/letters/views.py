"""Pages of the clerk's letters: what waits, batches, letters that came back."""

from collections import Counter
from io import BytesIO
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.campaigns.plan_files import shipped_plans
from outreach.campaigns.words import step_title
from outreach.errors import NotFound, Refused
from outreach.i18n import _, _l, ngettext
from outreach.letters import batch_queries, mending, queries, service
from outreach.letters.forms import ReturnedForm
from outreach.letters.service import Printed
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("letters", __name__)

CLERK, COORDINATOR = RoleName.clerk, RoleName.coordinator


def title_of(plan_name: str, step: str) -> str:
    """A step in words; its name when the plan does not ship any more."""
    return step_title(shipped_plans().get(plan_name), step)


@blueprint.get("/letters")
@roles(CLERK, COORDINATOR)
def work() -> ResponseReturnValue:
    """The work list: letters to print, addresses to mend first, what was printed."""
    scope = current()
    found = mending.work(scope.municipalities, clock.now())
    ready = Counter[UUID]()
    for count in found.counts:
        if count.ready:
            ready[count.region_id] += count.ready
    batches, pages = batch_queries.batches(scope, request.args.get("page", 1, int))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    return render_template(
        "letters/work.html",
        counts=found.counts,
        several=len({count.campaign_id for count in found.counts if count.ready}) > 1,
        ready_by_region=ready,
        ready=sum(ready.values()),
        hindered_count=found.to_mend_count,
        hindered=found.to_mend,
        sentences=queries.HINDRANCE_SENTENCES,
        title_of=title_of,
        batches=batches,
        page=page,
        pages=pages,
        import_href=url_for("imports.start") if "imports.start" in current_app.view_functions else "",
    )


@blueprint.post("/letters/print")
@roles(CLERK, COORDINATOR)
def print_waiting() -> ResponseReturnValue:
    """Print what waits in one region, or in one campaign of it; then the page of the batch."""
    scope = current()
    region_id = _uuid("region")
    if region_id not in scope.regions:
        raise NotFound(_l("This region does not exist."))
    campaign_id = _uuid("campaign") if request.form.get("campaign") else None
    done = service.print_waiting(region_id, scope.municipalities, campaign_id, by=scope.user_id)
    _tell(done)
    if done.batch is None:
        return redirect(url_for("letters.work"))
    return redirect(url_for("letters.batch", batch_id=done.batch.id))


def _uuid(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise NotFound(_l("This page was sent incomplete. Go back and use the buttons on it.")) from None


def _tell(done: Printed) -> None:
    """What came of it, in a line or more above the next page."""
    if done.batch is None:
        flash(_("Nothing was printed: no letter is ready."), "warn")
    for one in done.not_printed[:5]:
        flash(_("Not printed: %(reference)s. %(reason)s", reference=one.reference, reason=one.reason), "warn")
    if len(done.not_printed) > 5:
        flash(
            _("And %(num)d more that were not printed.", num=len(done.not_printed) - 5),
            "warn",
        )
    if done.left > 0:
        flash(
            ngettext(
                "%(num)d more letter waits: print once more.",
                "%(num)d more letters wait: print once more.",
                done.left,
            ),
            "info",
        )


@blueprint.get("/letters/batches/<uuid:batch_id>")
@roles(CLERK, COORDINATOR)
def batch(batch_id: UUID) -> ResponseReturnValue:
    """A batch: page 1 as a picture, and its PDF."""
    return render_template("letters/batch.html", batch=batch_queries.batch(batch_id, current()))


@blueprint.get("/letters/batches/<uuid:batch_id>/page-1.png")
@roles(CLERK, COORDINATOR)
def picture(batch_id: UUID) -> ResponseReturnValue:
    """Page 1 of a batch as it was printed."""
    found = batch_queries.batch(batch_id, current())
    return send_file(BytesIO(batch_queries.picture(found.id)), mimetype="image/png", max_age=0)


@blueprint.get("/letters/batches/<uuid:batch_id>/letters.pdf")
@roles(CLERK, COORDINATOR)
def pdf(batch_id: UUID) -> ResponseReturnValue:
    """The letters of a batch, byte for byte as they were printed."""
    found = batch_queries.batch(batch_id, current())
    name = f"{_('letters')}-{found.number}.pdf"
    return send_file(
        BytesIO(service.reprint(found.id)), mimetype="application/pdf", download_name=name, max_age=0
    )


@blueprint.get("/letters/returned")
@roles(CLERK, COORDINATOR)
def returned() -> ResponseReturnValue:
    """Where a clerk notes which letters came back, one after the other."""
    noted = request.args.get("noted", type=UUID)
    return render_template("letters/returned.html", form=ReturnedForm(formdata=None), noted=noted)


@blueprint.post("/letters/returned")
@roles(CLERK, COORDINATOR)
def note_returned() -> ResponseReturnValue:
    """Note a letter that came back; what is wrong with the code comes back on the same page."""
    scope = current()
    form = ReturnedForm()
    status = 422
    if form.validate_on_submit():
        assert scope.user_id is not None
        try:
            case_id = service.letter_returned(form.code.data, scope.municipalities, by=scope.user_id)
        except Refused as refusal:
            form.code.errors = [refusal.message]
            status = refusal.status
        else:
            flash(_("Noted. The coach hears of it, and no more letters go to this address."), "ok")
            if request.form.get("back") == "case":
                return redirect(url_for("cases.show", case_id=case_id))
            return redirect(url_for("letters.returned", noted=case_id))
    return render_template("letters/returned.html", form=form), status
