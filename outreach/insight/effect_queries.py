"""Reads behind the effect of variants: which comparisons there are, and the households of each that responded."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, case, exists, func, literal, select, union_all

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion, VariantTrial
from outreach.campaigns.plan_files import stored_plan
from outreach.campaigns.trial_rules import compared, usual_end
from outreach.cases.models import Case, Person
from outreach.insight import measure_queries as measure
from outreach.insight.effect_rules import Trial
from outreach.insight.table import Rate
from outreach.insight.wanted import Wanted
from outreach.regions.models import Municipality

AT_ONCE = 50
"""Trials that one statement counts."""
Found = tuple[Any, Trial]
"""The campaign's id and the trial."""


def trials(wanted: Wanted) -> list[Found]:
    """The trials that ran on a day of the period, the newest first. Two statements.

    Those of campaigns of the regions whose municipalities were asked for. Of a campaign that started before the end
    was asked, the plan that its people were enrolled with says what is compared, and the rule until when.
    """
    found = [*_set_at_the_start(wanted), *_by_rule(wanted)]
    return sorted(found, key=lambda each: (-each[1].began_on.toordinal(), each[1].campaign, each[1].step))


def _set_at_the_start(wanted: Wanted) -> list[Found]:
    trial, campaign = db.table(VariantTrial).c, db.table(Campaign).c
    query = _of_campaigns(
        select(
            campaign.id,
            *(campaign[name] for name in ("slug", "name", "plan_name")),
            *(trial[name] for name in ("step", "arms", "began_on", "ends_on")),
        ).join_from(db.table(VariantTrial), db.table(Campaign), campaign.id == trial.campaign_id),
        wanted,
    )
    if wanted.since is not None:
        query = query.where(trial.ends_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(trial.began_on <= wanted.until)
    return [
        (id_, Trial(slug, name, plan, step, tuple(arms), began_on, ends_on))
        for id_, slug, name, plan, step, arms, began_on, ends_on in db.session().execute(query)
    ]


def _by_rule(wanted: Wanted) -> list[Found]:
    trial, campaign, enrolment = db.table(VariantTrial).c, db.table(Campaign).c, db.table(Enrolment).c
    version = (
        select(enrolment.plan_version_id)
        .where(enrolment.campaign_id == campaign.id, enrolment.plan_version_id.is_not(None))
        .limit(1)
        .correlate(db.table(Campaign))
        .scalar_subquery()
    )
    query = _of_campaigns(
        select(
            campaign.id,
            *(campaign[name] for name in ("slug", "name", "plan_name", "started_at")),
            db.table(PlanVersion).c.document,
        ).join_from(db.table(Campaign), db.table(PlanVersion), db.table(PlanVersion).c.id == version),
        wanted,
    ).where(campaign.started_at.is_not(None), ~exists().where(trial.campaign_id == campaign.id))
    found = []
    for id_, slug, name, plan_name, started_at, document in db.session().execute(query):
        plan, began_on = stored_plan(document), clock.local(started_at).date()
        steps = compared(plan)
        ends_on = usual_end(plan, began_on) if steps else began_on
        if (wanted.since and ends_on < wanted.since) or (wanted.until and began_on > wanted.until):
            continue
        found += [
            (id_, Trial(slug, name, plan_name, step.name, step.variants, began_on, ends_on, by_rule=True))
            for step in steps
        ]
    return found


def _of_campaigns(query: Select[Any], wanted: Wanted) -> Select[Any]:
    campaign, municipality = db.table(Campaign).c, db.table(Municipality).c
    query = query.where(*measure.of_campaign(wanted))
    for codes in (wanted.municipalities, {wanted.municipality} if wanted.municipality else None):
        if codes is not None:
            regions = select(municipality.region_id).where(municipality.code.in_(sorted(codes)))
            query = query.where(campaign.region_id.in_(regions))
    return query


def households(found: Sequence[Found], wanted: Wanted) -> list[dict[str, Rate]]:
    """For each trial, of each variant: households that responded, of those for whom the step was carried out.

    A household belongs to the variant that the lot gave it, whatever became of the letter, the call or the visit. It is
    counted once its attempt of that step was carried out, up to and including the last day; it has responded when
    somebody in it responded in whatever way after that attempt, up to and including the last day. Who moved counts with
    the household where she lives now; who lives nowhere that we know is a household of her own. The period asked for
    does not cut a trial. One statement for AT_ONCE trials.
    """
    rates: list[dict[str, Rate]] = [{} for _each in found]
    for start in range(0, len(found), AT_ONCE):
        chunk = [
            _counted(place, *found[place], wanted) for place in range(len(found))[start : start + AT_ONCE]
        ]
        query: Select[Any] | CompoundSelect[Any] = union_all(*chunk) if len(chunk) > 1 else chunk[0]
        for place, variant, whole, part in db.session().execute(query):
            rates[place][variant] = Rate(part, whole)
    return rates


def _counted(place: int, campaign_id: Any, trial: Trial, wanted: Wanted) -> Select[Any]:
    attempt, file, person = db.table(ContactAttempt), db.table(Case).c, db.table(Person).c
    moment = func.coalesce(attempt.c.sent_at, attempt.c.ended_at, attempt.c.due_at, type_=db.UtcDateTime())
    household = func.coalesce(person.household_id, person.id)
    end = _end(trial.ends_on)
    reached = (
        select(
            attempt.c.variant,
            attempt.c.case_id,
            household.label("household"),
            func.min(moment, type_=db.UtcDateTime()).label("at"),
        )
        .join_from(attempt, db.table(Case), file.id == attempt.c.case_id)
        .join(db.table(Person), person.id == file.person_id)
        .where(attempt.c.campaign_id == campaign_id, attempt.c.step == trial.step)
        .where(attempt.c.variant.in_(trial.arms), measure.sent(), moment < end)
        .where(*measure.of_case(wanted))
        .group_by(attempt.c.variant, attempt.c.case_id, household)
        .subquery()
    )
    any_attempt = attempt.alias("any_attempt")
    responded = (
        exists()
        .where(any_attempt.c.case_id == reached.c.case_id)
        .where(any_attempt.c.responded_at >= reached.c.at, any_attempt.c.responded_at < end)
        .correlate(reached)
    )
    return select(
        literal(place).label("place"),
        reached.c.variant,
        func.count(reached.c.household.distinct()),
        func.count(case((responded, reached.c.household)).distinct()),
    ).group_by(reached.c.variant)


def _end(last_day: date) -> datetime:
    """The midnight with which the last day ends, in local time."""
    return datetime.combine(last_day + timedelta(days=1), time(0), clock.TIMEZONE)
