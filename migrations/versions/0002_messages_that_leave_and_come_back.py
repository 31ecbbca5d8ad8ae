"""Messages that leave and come back

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-24 06:32:50.051620
"""

import sqlalchemy as sa
from alembic import op

import outreach.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CLAIMED = sa.text("claim IS NOT NULL")

CONVERSATIONS = """
INSERT INTO conversation (person_id, case_id, last_at, last_channel, last_direction, last_text, unread)
SELECT person_id, case_id, at, channel, direction, substr(body, 1, 160), 0
FROM (
    SELECT c.person_id, m.case_id, m.at, m.channel, m.direction, m.body,
        row_number() OVER (PARTITION BY c.person_id ORDER BY m.at DESC, m.id DESC) AS place
    FROM message m JOIN case_file c ON c.id = m.case_id
) AS newest
WHERE place = 1
"""
"""What was said so far, as the inbox begins with it."""


def upgrade() -> None:
    op.create_table(
        "sender_pace",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("free_at", outreach.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_sender_pace")),
    )
    op.create_table(
        "message_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("content_sid", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("saved_at", outreach.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_message_text_region_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name=op.f("fk_message_text_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_text")),
        sa.UniqueConstraint(
            "region_id",
            "name",
            "language",
            "version",
            name=op.f("uq_message_text_region_id_name_language_version"),
        ),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", outreach.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_push_subscription_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
    )
    with op.batch_alter_table("push_subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_push_subscription_user_id"), ["user_id"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("last_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("last_channel", sa.String(), nullable=False),
        sa.Column("last_direction", sa.String(), nullable=False),
        sa.Column("last_text", sa.String(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("whatsapp_until", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["assigned_to"], ["staff_user.id"], name=op.f("fk_conversation_assigned_to")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_conversation_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conversation_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_conversation")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_conversation_unread", ["unread", "last_at"], unique=False)

    op.create_table(
        "unclaimed_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("settled_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_unclaimed_message_case_id")),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["staff_user.id"], name=op.f("fk_unclaimed_message_settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclaimed_message")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_unclaimed_message_channel_provider_id")),
    )
    with op.batch_alter_table("unclaimed_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unclaimed_message_address"), ["address"], unique=False)

    with op.batch_alter_table("contact_attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("retry_at", outreach.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("error_code", sa.String(), nullable=True))
        batch_op.create_index(
            "ix_attempt_claimed",
            ["claimed_until"],
            unique=False,
            sqlite_where=CLAIMED,
            postgresql_where=CLAIMED,
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_message_staff_id"), "staff_user", ["staff_id"], ["id"])

    op.execute(CONVERSATIONS)


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_message_staff_id"), type_="foreignkey")
        batch_op.drop_column("staff_id")

    with op.batch_alter_table("contact_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_claimed")
        batch_op.drop_column("error_code")
        batch_op.drop_column("retry_at")
        batch_op.drop_column("tries")
        batch_op.drop_column("claim")

    with op.batch_alter_table("unclaimed_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unclaimed_message_address"))

    op.drop_table("unclaimed_message")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_unread")
        batch_op.drop_index(batch_op.f("ix_conversation_case_id"))

    op.drop_table("conversation")
    with op.batch_alter_table("push_subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_push_subscription_user_id"))

    op.drop_table("push_subscription")
    op.drop_table("message_text")
    op.drop_table("sender_pace")
