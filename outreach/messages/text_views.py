"""Pages on which message texts are edited: the list, the editor with its preview."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach.campaigns.words import title_of_text
from outreach.errors import Refused
from outreach.i18n import LANGUAGES, _
from outreach.messages import facts, subjects, text_service
from outreach.messages import preview as previews
from outreach.messages.forms import TextForm
from outreach.messages.preview import Preview
from outreach.messages.subjects import SubjectInvalid
from outreach.messages.text_service import Text
from outreach.messages.texts import PLACEHOLDERS, MessageTextInvalid, TextKey
from outreach.regions.models import Region
from outreach.staff import queries as staff
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles
from outreach.web.layout import own_region

blueprint = Blueprint("message_texts", __name__)

CLERK, COORDINATOR = RoleName.clerk, RoleName.coordinator


@blueprint.get("/messages/texts")
@roles(CLERK, COORDINATOR)
def texts() -> ResponseReturnValue:
    """All message texts: which version counts, what it costs, who wrote it and when."""
    region = own_region()
    found = [text for _key, text in sorted(text_service.texts_of(region.id).all.items())]
    values = {language: _values(region, language) for language in LANGUAGES}
    return render_template(
        "messages/texts.html",
        texts=[(text, _segments(text, values[text.key.language])) for text in found],
        writers=staff.users_by_id(text.staff_id for text in found if text.staff_id),
        languages=LANGUAGES,
        title_of=title_of_text,
    )


Values = Mapping[str, str]


def _values(region: Region, language: str) -> tuple[Values, Values]:
    """What previews fill in: of somebody with long names, and of somebody of whom nothing is known."""
    return text_service.example(region, language), text_service.nothing_known(region, language)


def _segments(text: Text, values: tuple[Values, Values]) -> int | None:
    """How many SMS it becomes; None for a text that cannot be used any more."""
    try:
        return previews.preview(text.parsed, *values).sms.segments
    except MessageTextInvalid:
        return None


@dataclass(frozen=True, slots=True)
class Look:
    """A text as on a phone with the subject of its e-mail, or why it cannot be sent."""

    preview: Preview | None = None
    subject: str = ""
    problem: str = ""
    subject_problem: str = ""


def _look(region: Region, key: TextKey, source: str, subject: str) -> Look:
    values = _values(region, key.language)
    try:
        text = text_service.check(region, key, source)
    except Refused as refusal:
        return Look(problem=refusal.message)
    seen = previews.preview(text, *values)
    try:
        subjects.check(subject, values[0], key.language)
    except SubjectInvalid as refusal:
        return Look(seen, subject_problem=refusal.message)
    return Look(seen, subjects.filled(subject, values[0], key.language))


@blueprint.get("/messages/texts/<name>/<language>")
@roles(CLERK, COORDINATOR)
def edit_text(name: str, language: str) -> ResponseReturnValue:
    """The editor of one text: as it is now, or an older version to go on from (?version=2)."""
    region = own_region()
    text = text_service.texts_of(region.id).one(TextKey(name, language))
    wanted = request.args.get("version", type=int)
    shown = text if wanted is None else text_service.version(region.id, text.key, wanted)
    form = TextForm(formdata=None, subject=shown.subject, body=shown.body, content_sid=shown.content_sid)
    return _editor(region, text, form, _look(region, text.key, shown.body, shown.subject))


def _editor(region: Region, text: Text, form: TextForm, look: Look) -> str:
    history = text_service.versions(region.id, text.key)
    all_languages = text_service.texts_of(region.id).all
    return render_template(
        "messages/text.html",
        text=text,
        form=form,
        look=look,
        service=region.settings.service_name,
        history=history,
        writers=staff.users_by_id(each.staff_id for each in history if each.staff_id),
        placeholders=PLACEHOLDERS,
        instead=facts.words(text.key.language),
        usual=subjects.filled("", text_service.example(region, text.key.language), text.key.language),
        title=title_of_text(text.key.name),
        languages={
            code: words for code, words in LANGUAGES.items() if TextKey(text.key.name, code) in all_languages
        },
    )


@blueprint.post("/messages/texts/<name>/<language>")
@roles(CLERK, COORDINATOR)
def save_text(name: str, language: str) -> ResponseReturnValue:
    """Look how it becomes ('preview', also by itself when typing pauses), or keep it as a new version."""
    region = own_region()
    key = TextKey(name, language)
    text = text_service.texts_of(region.id).one(key)
    form = TextForm()
    source, content_sid = form.body.data or "", form.content_sid.data or ""
    subject = subjects.tidy(form.subject.data or "")
    form.validate_on_submit()
    look = _look(region, key, source, subject)
    if htmx_request.htmx:
        return render_template("messages/_text_preview.html", look=look, service=region.settings.service_name)
    if look.problem:
        form.body.errors = [look.problem]
    elif look.subject_problem:
        form.subject.errors = [look.subject_problem]
    elif "preview" not in request.form:
        try:
            saved = text_service.save(region, key, source, content_sid, current().user_id, subject)
        except (text_service.ContentSidInvalid, text_service.ContentSidOfAnotherText) as refusal:
            form.content_sid.errors = [refusal.message]
        else:
            if saved.version == text.version:
                flash(_("Nothing was changed."), "info")
            else:
                flash(_("Kept as version %(version)d. New messages get it.", version=saved.version), "ok")
            return redirect(url_for("message_texts.edit_text", name=name, language=language))
    return _editor(region, text, form, look), 422 if form.errors else 200
