"""What can be a phone number. Pure."""

import phonenumbers


def is_phone(text: str) -> bool:
    """Whether this can be called from the Netherlands: 010 123 45 67, 14 010, +31 6 12345678."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "NL"))
    except phonenumbers.NumberParseException:
        return False
