"""Reports of a million cases: the moment of a response stands with its attempt, and PostgreSQL knows what is rare

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 17:00:00
"""

import sqlalchemy as sa
from alembic import op

import outreach.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Without these PostgreSQL takes "has this bit" for nearly all attempts and "has it not" for nearly none, and each way
# to group for another: so it reads all cases of all years where those of a few attempts would do, on one core.
STATISTICS = {
    "st_attempt_sent": "(reach & 1) FROM contact_attempt",
    "st_attempt_answered": "(reach & 16) FROM contact_attempt",
    "st_attempt_called": "(reach & 128) FROM contact_attempt",
    "st_attempt_tried": "(reach & 384) FROM contact_attempt",
    "st_attempt_done": "(reach & 385) FROM contact_attempt",
    "st_attempt_kinds": "campaign_id, step, channel, variant, reach FROM contact_attempt",
    "st_case_kinds": "municipality_code, coach_id, status, outcome FROM case_file",
}
KINDS = {"st_attempt_kinds": " (ndistinct)", "st_case_kinds": " (ndistinct)"}

AT_ONCE = 20_000


def upgrade() -> None:
    op.add_column("contact_attempt", sa.Column("responded_at", outreach.db.UtcDateTime(), nullable=True))
    _fill()
    if op.get_bind().dialect.name == "postgresql":
        for name, what in STATISTICS.items():
            op.execute(f"CREATE STATISTICS {name}{KINDS.get(name, '')} ON {what}")
        op.execute("ANALYZE contact_attempt, case_file")


def _fill() -> None:
    """The moments of what was answered before, some thousands of attempts at a time.

    At once PostgreSQL 18 would keep 30 kB for each row until the end, for the generated column: 21 GB of 700,000.
    """
    connection = op.get_bind()
    attempt = sa.table("contact_attempt", sa.column("id", sa.Uuid()))
    after = sa.select(attempt.c.id).order_by(attempt.c.id).limit(1)
    moments = sa.text(
        "UPDATE contact_attempt SET responded_at = case_event.at FROM case_event "
        "WHERE case_event.id = contact_attempt.response_event_id "
        "AND contact_attempt.id >= :first AND contact_attempt.id <= :last"
    ).bindparams(sa.bindparam("first", type_=sa.Uuid()), sa.bindparam("last", type_=sa.Uuid()))
    newest = sa.select(attempt.c.id).order_by(attempt.c.id.desc()).limit(1)
    end, first = connection.scalar(newest), connection.scalar(after)
    while first is not None:
        last = connection.scalar(after.where(attempt.c.id >= first).offset(AT_ONCE - 1)) or end
        connection.execute(moments, {"first": first, "last": last})
        first = connection.scalar(after.where(attempt.c.id > last))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in STATISTICS:
            op.execute(f"DROP STATISTICS {name}")
    op.drop_column("contact_attempt", "responded_at")
