"""Figures of a period are found by its days

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 12:40:00
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_attempt_due", "contact_attempt", ["due_at"])
    op.create_index("ix_enrolment_began", "enrolment", ["began_on"])
    op.create_index("ix_response_attempt", "response", ["attempt_id"])
    op.create_index("ix_case_outcome", "case_file", ["outcome_list", "outcome_on"])


def downgrade() -> None:
    op.drop_index("ix_case_outcome", "case_file")
    op.drop_index("ix_response_attempt", "response")
    op.drop_index("ix_enrolment_began", "enrolment")
    op.drop_index("ix_attempt_due", "contact_attempt")
