"""Variants are compared until a day that is set at the start

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 12:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "variant_trial",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("arms", sa.JSON(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_variant_trial_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "step", name=op.f("pk_variant_trial")),
    )


def downgrade() -> None:
    op.drop_table("variant_trial")
