"""The one verb on comparisons of variants: set when a campaign starts. There is none that changes or ends one."""

from datetime import date

from sqlmodel import Session

from outreach import clock
from outreach.campaigns.models import Campaign, VariantTrial
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.trial_rules import compared, problem_with, usual_end
from outreach.errors import Refused
from outreach.i18n import _l


def set_up(
    session: Session, campaign: Campaign, plan: ContactPlan, last_begins: date, ends_on: date | None, by: str
) -> None:
    """Lay down, for each step with variants, what is compared and until when answers count.

    `last_begins`: when the plan begins for the last of those who wait; `ends_on`: None for the usual day; `by`: an
    actor of the timeline. Raises Refused for a day that will not do, or any day where nothing is compared. Call inside
    `db.write()`.
    """
    steps = compared(plan)
    if not steps:
        if ends_on is not None:
            raise Refused(_l("No step of this plan has variants, so there is nothing to compare."))
        return
    if ends_on is not None and (problem := problem_with(ends_on, plan, last_begins)):
        raise Refused(problem)
    session.add_all(
        VariantTrial(
            campaign_id=campaign.id,
            step=step.name,
            arms=list(step.variants),
            began_on=clock.today(),
            ends_on=ends_on or usual_end(plan, last_begins),
            set_by=by,
        )
        for step in steps
    )
