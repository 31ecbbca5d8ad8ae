"""Forms about messages."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from outreach.i18n import _l
from outreach.messages import service


class ReplyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the young person writes back."""

    body = TextAreaField(
        _l("Answer as this young person"), validators=[DataRequired(), Length(max=service.LONGEST)]
    )
