"""Forms about the outcome lists of a region. What may be saved is decided by outcome_list_rules alone."""

from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, HiddenField, SelectField, StringField

from outreach.cases.outcome_list_rules import MOST, Draft, Line
from outreach.cases.outcomes import OutcomeList, RegionLists
from outreach.cases.target_groups import TargetGroup
from outreach.cases.words import OUTCOME_KINDS, OUTCOME_STATES
from outreach.i18n import _, _l


class ListForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What holds for a list as a whole; texts, as somebody types them."""

    name = StringField(_l("Short name"))
    title = StringField(_l("Title"))
    unit = StringField(_l("What is counted"))


class LineForm(Form):  # type: ignore[misc]  # WTForms has no types
    """One outcome of a list. Only shows: `draft_from` reads what was filled in."""

    label = StringField(_l("Outcome"))
    kind = SelectField(_l("What it means"), choices=[*OUTCOME_KINDS.items()])
    state = SelectField(_l("Can it be chosen?"), choices=[*OUTCOME_STATES.items()])
    was = HiddenField()


class StartForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What a new list begins with; sent by GET, for nothing changes yet."""

    class Meta:
        """Asking for a page needs no token."""

        csrf = False

    start = SelectField(_l("Begin with"))


class OwnListsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which list each target group closes with; made by `own_lists_form`."""


def own_lists_form(lists: RegionLists) -> OwnListsForm:
    """A form with a list to choose for each target group."""
    choices = [(name, each.title) for name, each in lists.lists.items()]

    class _Form(OwnListsForm):
        pass

    for group in TargetGroup:
        field = SelectField(group.label, choices=choices, default=lists.own[group], validate_choice=False)
        setattr(_Form, group.value, field)
    return _Form()


def counting_form(lists: RegionLists, found: OutcomeList, target: OutcomeList) -> FlaskForm:
    """A form with, for each label of a list, the label of another list as which it counts there."""
    choices = [("", _("Nowhere")), *((label, label) for label in target.labels)]

    class _Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
        counts = BooleanField(_l("Cases of this list count in that report"))

    for number, label in enumerate(found.labels):
        counted = lists.report_label(found.name, label, target.name) or ""
        setattr(_Form, f"of_{number}", HiddenField(default=label))  # the list may be another one by now
        setattr(
            _Form, f"as_{number}", SelectField(label, choices=choices, default=counted, validate_choice=False)
        )
    return _Form(data={"counts": (found.name, target.name) in lists.counted_as})


def start_form(lists: Mapping[str, OutcomeList]) -> StartForm:
    """A form with the lists that a new one can begin with."""
    form = StartForm()
    form.start.choices = [("", _("Nothing")), *((name, each.title) for name, each in lists.items())]
    return form


def draft_from(sent: MultiDict[str, str], name: str) -> Draft:
    """A list as it was filled in; `name` is that of a list that is there, '' takes the name that was filled in."""
    number = min(sent.get("lines", 0, int), MOST + 1)
    lines = tuple(
        Line(*(_text(sent, f"line-{n}-{part}") for part in ("label", "kind", "state", "was")))
        for n in range(number)
    )
    return Draft(name or _text(sent, "name"), _text(sent, "title"), _text(sent, "unit"), lines)


def line_forms(draft: Draft, problems: Mapping[str, object]) -> Sequence[LineForm]:
    """The lines of a list as fields, with what is wrong with them."""
    forms = []
    for number, line in enumerate(draft.lines):
        data = {part: getattr(line, part) for part in ("label", "kind", "state", "was")}
        form = LineForm(None, prefix=f"line-{number}-", data=data)
        for part in ("label", "kind", "state"):
            if problem := problems.get(f"{part}-{number}"):
                form[part].errors = [problem]
        forms.append(form)
    return forms


def list_form(draft: Draft, problems: Mapping[str, object]) -> ListForm:
    """Name, title and unit of a list as fields, with what is wrong with them."""
    form = ListForm(None, data={"name": draft.name, "title": draft.title, "unit": draft.unit})
    for part in ("name", "title", "unit"):
        if part in problems:
            form[part].errors = [problems[part]]
    return form


def _text(sent: MultiDict[str, str], name: str) -> str:
    return " ".join(sent.get(name, "").split())
