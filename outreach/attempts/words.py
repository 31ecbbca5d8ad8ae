"""What is asked and said about calls and visits, in the reader's language."""

from outreach.attempts.rules import CONTACT
from outreach.cases.queries import CaseHead
from outreach.cases.rules import CaseStatus
from outreach.i18n import _


def sure(case: CaseHead) -> dict[str, tuple[str, str]]:
    """What is asked once more before it is logged: that she was spoken to ends her plan, and nothing brings it back.

    Only while somebody is being approached; then result to (question, answer).
    """
    if case.status != CaseStatus.in_benadering:
        return {}
    question = _("Spoken to %(name)s? The contact plan stops.", name=case.short_name)
    return {result.value: (question, _("Yes, the plan stops")) for result in CONTACT}
