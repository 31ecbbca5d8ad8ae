"""Forms of the import: the file, and which column is which field."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FileField, SelectField

from outreach.cases.imports.headers import REQUIRED, Field, guess
from outreach.i18n import _, _l


class UploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A list; the regions are set by the view."""

    list = FileField(_l("The list"))
    region = SelectField(_l("Region"))


def mapping_form(headings: Sequence[str], chosen: Mapping[str, str]) -> Any:
    """A form with a drop-down for each heading, `column-0` and on, set to what was chosen or is guessed."""
    choices = [("", _("Leave out"))]
    choices += [(field.value, _name(field)) for field in Field]
    fields = {f"column-{n}": SelectField(heading, choices=choices) for n, heading in enumerate(headings)}
    form_class = type("MappingForm", (FlaskForm,), fields)
    guesses = guess(headings)
    data = {}
    for n, heading in enumerate(headings):
        guessed = guesses[heading]
        data[f"column-{n}"] = chosen.get(heading, guessed.value if guessed else "")
    return form_class(data=data)


def _name(field: Field) -> str:
    # Not inside an f-string: texts are not collected from there.
    required = _("required")
    return f"{field.value} ({required})" if field in REQUIRED else field.value


def mapping_of(form: Any, headings: Sequence[str]) -> dict[str, Field | None]:
    """Which heading is which field, as chosen in the form."""
    return {
        heading: Field(value) if (value := form[f"column-{n}"].data) else None
        for n, heading in enumerate(headings)
    }
