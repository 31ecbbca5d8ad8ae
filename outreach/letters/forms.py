"""Forms about letters."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from outreach.i18n import _l
from outreach.letters.text_service import LONGEST


class ReturnedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The code on a letter that came back, typed or from a scanner that types."""

    code = StringField(
        _l("Code on the letter"),
        [
            DataRequired(_l("Type the code that stands beside the QR code, or scan it.")),
            Length(
                max=200, message=_l("No letter has this code. Check the ten characters under the QR code.")
            ),
        ],
    )


class TextForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The Markdown of a letter text."""

    markdown = TextAreaField(
        _l("Text of the letter"),
        [
            DataRequired(_l("Line 1: the letter is still empty.")),
            Length(max=LONGEST, message=_l("This text is much longer than a page.")),
        ],
    )
