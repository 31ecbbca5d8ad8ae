"""Forms about messages."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from outreach.i18n import _l
from outreach.messages.limits import LONGEST_IN


class ReplyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the young person writes back."""

    body = TextAreaField(
        _l("Answer as this young person"), validators=[DataRequired(), Length(max=LONGEST_IN)]
    )


class TextForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A message text and its WhatsApp template; the rules of both stand in text_service."""

    subject = StringField(_l("Subject of the e-mail"))
    body = TextAreaField(_l("Text of the message"))
    content_sid = StringField(_l("WhatsApp template (ContentSid)"))
