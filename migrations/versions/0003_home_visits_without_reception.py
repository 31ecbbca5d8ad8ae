"""Home visits that work without reception

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 09:20:00
"""

import sqlalchemy as sa
from alembic import op

import outreach.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", outreach.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_calendar_feed_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_calendar_feed_secret_digest")),
    )
    op.create_table(
        "card_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("printed_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_card_batch_region_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name=op.f("fk_card_batch_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_batch")),
        sa.UniqueConstraint("region_id", "number", name=op.f("uq_card_batch_region_id_number")),
    )
    op.create_table(
        "early_response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("submitted_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("taken_up_at", outreach.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["code"], ["response_code.code"], name=op.f("fk_early_response_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_response")),
    )
    with op.batch_alter_table("early_response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_early_response_code"), ["code"], unique=False)

    op.create_table(
        "field_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("emptied_at", outreach.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff_user.id"], name=op.f("fk_field_device_revoked_by")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_field_device_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_device")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_field_device_secret_digest")),
    )
    with op.batch_alter_table("field_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_device_user_id"), ["user_id"], unique=False)

    op.create_table(
        "safety_contact",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["colleague_id"],
            ["staff_user.id"],
            name=op.f("fk_safety_contact_colleague_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_safety_contact_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_safety_contact")),
    )
    op.create_table(
        "address_warning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("seen_by", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["staff_user.id"], name=op.f("fk_address_warning_ended_by")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_address_warning_household_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff_user.id"], name=op.f("fk_address_warning_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_warning")),
    )
    with op.batch_alter_table("address_warning", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_warning_household_id"), ["household_id"], unique=False)

    op.create_table(
        "check_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("received_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("help_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("help_seen_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("help_seen_by", sa.Uuid(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("warned_at", outreach.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["contact_attempt.id"], name=op.f("fk_check_in_attempt_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_check_in_case_id")),
        sa.ForeignKeyConstraint(["help_seen_by"], ["staff_user.id"], name=op.f("fk_check_in_help_seen_by")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_check_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
    )
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index("ix_check_in_open", ["ended_at", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "visit_appointment",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("second_coach_id", sa.Uuid(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("made_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("called_off_at", outreach.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["contact_attempt.id"], name=op.f("fk_visit_appointment_attempt_id")
        ),
        sa.ForeignKeyConstraint(["coach_id"], ["staff_user.id"], name=op.f("fk_visit_appointment_coach_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff_user.id"], name=op.f("fk_visit_appointment_made_by")),
        sa.ForeignKeyConstraint(
            ["second_coach_id"], ["staff_user.id"], name=op.f("fk_visit_appointment_second_coach_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_visit_appointment")),
    )
    with op.batch_alter_table("visit_appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_appointment_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_visit_appointment_second_coach_id"), ["second_coach_id"], unique=False
        )

    op.create_table(
        "visit_taken_off",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("off_at", outreach.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["contact_attempt.id"], name=op.f("fk_visit_taken_off_attempt_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_visit_taken_off_user_id")),
        sa.PrimaryKeyConstraint("attempt_id", "user_id", name=op.f("pk_visit_taken_off")),
    )
    op.create_table(
        "visit_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("checklist", sa.String(), nullable=False),
        sa.Column("checklist_version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("visited_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("received_at", outreach.db.UtcDateTime(), nullable=False),
        sa.Column("clock_off", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", outreach.db.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settlement", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["contact_attempt.id"], name=op.f("fk_visit_report_attempt_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_visit_report_case_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["staff_user.id"], name=op.f("fk_visit_report_coach_id")),
        sa.ForeignKeyConstraint(["event_id"], ["case_event.id"], name=op.f("fk_visit_report_event_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["staff_user.id"], name=op.f("fk_visit_report_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_report")),
    )
    with op.batch_alter_table("visit_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_report_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_report_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index("ix_visit_report_state", ["state", "received_at"], unique=False)

    op.create_table(
        "visit_picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["visit_report.id"], name=op.f("fk_visit_picture_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_picture")),
    )
    with op.batch_alter_table("visit_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_picture_report_id"), ["report_id"], unique=False)

    with op.batch_alter_table("response_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("card_batch_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("bound_at", outreach.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("bound_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("answer_within", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_response_code_card_batch_id"), ["card_batch_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_response_code_bound_by"), "staff_user", ["bound_by"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_response_code_card_batch_id"), "card_batch", ["card_batch_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("response_code", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_response_code_card_batch_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_response_code_bound_by"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_response_code_card_batch_id"))
        batch_op.drop_column("answer_within")
        batch_op.drop_column("bound_by")
        batch_op.drop_column("bound_at")
        batch_op.drop_column("card_batch_id")

    with op.batch_alter_table("visit_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_picture_report_id"))

    op.drop_table("visit_picture")
    with op.batch_alter_table("visit_report", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_report_state")
        batch_op.drop_index(batch_op.f("ix_visit_report_coach_id"))
        batch_op.drop_index(batch_op.f("ix_visit_report_case_id"))

    op.drop_table("visit_report")
    op.drop_table("visit_taken_off")
    with op.batch_alter_table("visit_appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_appointment_second_coach_id"))
        batch_op.drop_index(batch_op.f("ix_visit_appointment_coach_id"))

    op.drop_table("visit_appointment")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_in_user_id"))
        batch_op.drop_index("ix_check_in_open")

    op.drop_table("check_in")
    with op.batch_alter_table("address_warning", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_warning_household_id"))

    op.drop_table("address_warning")
    op.drop_table("safety_contact")
    with op.batch_alter_table("field_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_device_user_id"))

    op.drop_table("field_device")
    with op.batch_alter_table("early_response", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_early_response_code"))

    op.drop_table("early_response")
    op.drop_table("card_batch")
    op.drop_table("calendar_feed")
