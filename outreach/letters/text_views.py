"""Pages on which letter texts are edited: the list, the editor with its preview."""

from base64 import b64encode
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach.campaigns.words import title_of_text
from outreach.errors import Refused
from outreach.i18n import LANGUAGES, _
from outreach.letters import text_service
from outreach.letters.forms import TextForm
from outreach.letters.markdown import PLACEHOLDERS, LetterTextInvalid
from outreach.letters.misfits import LettersTooLong
from outreach.letters.text_service import Text, Texts
from outreach.letters.texts import TextKey
from outreach.letters.typesetting import too_long
from outreach.letters.views import CLERK, COORDINATOR, blueprint
from outreach.regions.models import Region
from outreach.staff import queries as staff
from outreach.staff.scope import current
from outreach.web.access import roles
from outreach.web.layout import own_region

__all__ = ["blueprint"]

NO_VARIANT = "-"
"""Stands in an address for a text without variants."""


def _key(name: str, variant: str, language: str) -> TextKey:
    return TextKey(name, "" if variant == NO_VARIANT else variant, language)


@blueprint.get("/letters/texts")
@roles(CLERK, COORDINATOR)
def texts() -> ResponseReturnValue:
    """All letter texts: which version counts, who wrote it and when."""
    found = [text for _key, text in sorted(Texts(own_region().id).all.items())]
    writers = staff.users_by_id(text.staff_id for text in found if text.staff_id)
    return render_template(
        "letters/texts.html",
        texts=found,
        writers=writers,
        languages=LANGUAGES,
        title_of=title_of_text,
        no_variant=NO_VARIANT,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """A letter as a picture (a data: address), or why there is none."""

    picture: str = ""
    problem: str = ""


def _preview(region: Region, source: str, key: TextKey) -> Preview:
    try:
        text_service.check(key, source)
        png = text_service.picture(region, source, key.language)
    except Refused as refusal:
        return Preview(problem=_problem(refusal))
    return Preview("data:image/png;base64," + b64encode(png).decode())


def _problem(refusal: Refused) -> str:
    """What keeps a text from being printed, with its line or how much too long it is."""
    if isinstance(refusal, LettersTooLong):
        return too_long(next(misfit for misfit in refusal.misfits if misfit.what == "body"))
    return refusal.message


@blueprint.get("/letters/texts/<name>/<variant>/<language>")
@roles(CLERK, COORDINATOR)
def edit_text(name: str, variant: str, language: str) -> ResponseReturnValue:
    """The editor of one text, with its placeholders and how the letter looks."""
    region = own_region()
    text = Texts(region.id).one(_key(name, variant, language))
    form = TextForm(markdown=text.markdown)
    return _editor(region, text, form, _preview(region, text.markdown, text.key))


def _editor(region: Region, text: Text, form: TextForm, preview: Preview) -> str:
    return render_template(
        "letters/text.html",
        text=text,
        form=form,
        preview=preview,
        placeholders=PLACEHOLDERS,
        title=title_of_text(text.key.name),
        language_name=LANGUAGES[text.key.language],
        variant=text.key.variant or NO_VARIANT,
    )


@blueprint.post("/letters/texts/<name>/<variant>/<language>")
@roles(CLERK, COORDINATOR)
def save_text(name: str, variant: str, language: str) -> ResponseReturnValue:
    """Look how it becomes ('preview', also by itself when typing pauses), or keep it as a new version."""
    region = own_region()
    key = _key(name, variant, language)
    text = Texts(region.id).one(key)
    form = TextForm()
    source = form.markdown.data or ""
    preview = None
    if form.validate_on_submit():
        if htmx_request.htmx or "preview" in request.form:
            preview = _preview(region, source, key)
        else:
            try:
                saved = text_service.save(region, key, source, current().user_id)
            except (LetterTextInvalid, Refused) as refusal:
                preview = Preview(problem=_problem(refusal))
                form.markdown.errors = [preview.problem]
            else:
                flash(_("Kept as version %(version)d. New letters get it.", version=saved.version), "ok")
                return redirect(url_for("letters.texts"))
    preview = preview or Preview(problem=" ".join(str(error) for error in form.markdown.errors))
    if htmx_request.htmx:
        return render_template("letters/_preview.html", preview=preview)
    if preview.problem and not form.markdown.errors:
        form.markdown.errors = [preview.problem]
    return _editor(region, text, form, preview), 422 if preview.problem else 200
