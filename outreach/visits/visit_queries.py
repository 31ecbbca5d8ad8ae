"""Reads about the visits of one case: the one that is reported now, and what was reported of earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.models import User
from outreach.visits.models import VisitPicture, VisitReport
from outreach.visits.report_rules import ReportState

MOST = 30
"""The latest reports that are looked at for the page of a case."""


def status_of(case_id: UUID, attempt_id: UUID) -> AttemptStatus:
    """How a visit of this case stands. Raises NotFound when the case has no such visit."""
    attempt = db.table(ContactAttempt).c
    query = select(attempt.status).where(
        attempt.id == attempt_id, attempt.case_id == case_id, attempt.channel == Channel.visit.value
    )
    found = db.session().execute(query).scalar()
    if found is None:
        raise NotFound(_l("This task does not exist."))
    return AttemptStatus(found)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report of a visit. `body`: answers, note and next step; `pictures`: id and kind of each."""

    id: UUID
    visited_at: datetime
    outcome: str
    checklist: str
    version: int
    body: Mapping[str, Any]
    coach: str
    pictures: Sequence[tuple[UUID, str]]

    @property
    def answers(self) -> Mapping[str, Any]:
        """The answers by their questions."""
        found: Mapping[str, Any] = self.body.get("answers") or {}
        return found

    @property
    def says_more(self) -> bool:
        """Whether there is more to read than what came of the visit, which the timeline says."""
        return bool(self.answers or self.pictures or self.body.get("next"))


def reported(case_id: UUID) -> list[Reported]:
    """What was reported of a case's visits beyond their outcomes, the latest first; not what was taken back.

    Two queries.
    """
    report, user = db.table(VisitReport).c, db.table(User).c
    query = (
        select(
            report.id,
            report.visited_at,
            report.outcome,
            report.checklist,
            report.checklist_version,
            report.body,
            user.given_name,
        )
        .join_from(db.table(VisitReport), db.table(User), user.id == report.coach_id)
        .where(report.case_id == case_id, report.state == ReportState.applied.value)
        .order_by(report.visited_at.desc(), report.id)
        .limit(MOST)
    )
    rows: Sequence[Any] = db.session().execute(query).all()
    pictures = _pictures([row.id for row in rows]) if rows else {}
    found = [Reported(*(*row, pictures.get(row.id, ()))) for row in rows]
    return [one for one in found if one.says_more]


def _pictures(report_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    picture = db.table(VisitPicture).c
    query = (
        select(picture.report_id, picture.id, picture.kind)
        .where(picture.report_id.in_(report_ids))
        .order_by(picture.report_id, picture.id)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for report_id, id_, kind in db.session().execute(query):
        found.setdefault(report_id, []).append((id_, kind))
    return found


def picture_of(case_id: UUID, picture_id: UUID) -> tuple[str, bytes]:
    """Media type and content of a picture that came with an applied report of this case. Raises NotFound."""
    picture, report = db.table(VisitPicture).c, db.table(VisitReport).c
    query = (
        select(picture.media_type, picture.content)
        .join_from(db.table(VisitPicture), db.table(VisitReport), report.id == picture.report_id)
        .where(picture.id == picture_id, report.case_id == case_id)
        .where(report.state == ReportState.applied.value)
    )
    row = db.session().execute(query).first()
    if row is None:
        raise NotFound(_l("This picture does not exist."))
    return row[0], row[1]
