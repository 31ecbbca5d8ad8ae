"""Figures of a period are found by its days

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 12:40:00
"""

import sqlalchemy as sa
from alembic import op

import outreach.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REACH = (
    "CASE WHEN status IN ('delivered', 'done', 'read', 'returned', 'sent', 'unknown') THEN 1 ELSE 0 "
    "END + "
    "CASE WHEN CASE WHEN channel = 'letter' THEN status IN ('delivered', 'done', 'read', 'sent') WHEN "
    "channel IN ('call', 'visit') THEN status = 'done' AND result IN ('met', 'refused', 'spoke') WHEN "
    "channel = 'card' THEN status = 'done' ELSE status IN ('delivered', 'read') END THEN 2 ELSE 0 END "
    "+ "
    "CASE WHEN channel IN ('call', 'visit', 'whatsapp') AND (CASE WHEN channel = 'letter' THEN status "
    "IN ('delivered', 'done', 'read', 'sent') WHEN channel IN ('call', 'visit') THEN status = 'done' "
    "AND result IN ('met', 'refused', 'spoke') WHEN channel = 'card' THEN status = 'done' ELSE status "
    "IN ('delivered', 'read') END) THEN 4 ELSE 0 END + "
    "CASE WHEN (channel = 'whatsapp' AND status = 'read') OR (channel IN ('call', 'visit') AND status "
    "= 'done' AND result IN ('met', 'refused', 'spoke')) THEN 8 ELSE 0 END + "
    "CASE WHEN response_event_id IS NOT NULL THEN 16 ELSE 0 END + "
    "CASE WHEN scanned_at IS NOT NULL THEN 32 ELSE 0 END + "
    "CASE WHEN status = 'returned' OR result IN ('moved', 'wrong_address') THEN 64 ELSE 0 END + "
    "CASE WHEN channel = 'call' AND (status = 'done' OR (status = 'failed' AND result IN ('moved', "
    "'wrong_address', 'wrong_number'))) THEN 128 ELSE 0 END + "
    "CASE WHEN channel = 'visit' AND (status = 'done' OR (status = 'failed' AND result IN ('moved', "
    "'wrong_address', 'wrong_number'))) THEN 256 ELSE 0 END + "
    "CASE WHEN channel IN ('call', 'visit') AND status = 'done' AND result IN ('met', 'refused', "
    "'spoke') THEN 512 ELSE 0 END + "
    "CASE WHEN channel = 'visit' AND (status = 'done' OR (status = 'failed' AND result IN ('moved', "
    "'wrong_address', 'wrong_number'))) AND result IN ('card_left', 'nobody_home') THEN 1024 ELSE 0 "
    "END"
)
ON_DUE = ["due_at", "channel", "campaign_id", "step", "variant", "reach", "case_id"]


def upgrade() -> None:
    op.add_column("contact_attempt", sa.Column("scanned_at", outreach.db.UtcDateTime()))
    # What was answered so far: the first answer by the code of each attempt.
    op.execute(
        "UPDATE contact_attempt SET scanned_at = "
        "(SELECT min(submitted_at) FROM response WHERE response.attempt_id = contact_attempt.id) "
        "WHERE id IN (SELECT attempt_id FROM response)"
    )
    # SQLite adds no column that it keeps, and reads none that it does not keep from an index: a table made anew can.
    with op.batch_alter_table("contact_attempt") as table:
        table.add_column(sa.Column("reach", sa.Integer(), sa.Computed(REACH, persisted=True)))
    op.create_index("ix_attempt_due", "contact_attempt", ON_DUE)
    op.create_index("ix_attempt_reach", "contact_attempt", ["enrolment_id", "reach", "channel"])
    op.create_index("ix_enrolment_began", "enrolment", ["began_on"])
    op.drop_index("ix_case_municipality_status", "case_file")
    op.create_index("ix_case_municipality_status", "case_file", ["municipality_code", "status", "coach_id"])
    op.create_index("ix_case_outcome", "case_file", ["outcome_list", "outcome_on"])


def downgrade() -> None:
    op.drop_index("ix_case_outcome", "case_file")
    op.drop_index("ix_case_municipality_status", "case_file")
    op.create_index("ix_case_municipality_status", "case_file", ["municipality_code", "status"])
    op.drop_index("ix_enrolment_began", "enrolment")
    op.drop_index("ix_attempt_reach", "contact_attempt")
    op.drop_index("ix_attempt_due", "contact_attempt")
    with op.batch_alter_table("contact_attempt") as table:
        table.drop_column("reach")
        table.drop_column("scanned_at")
