"""The first tables: roster, submissions, grades, what people say, journal, deletions, leases."""

import sqlalchemy as sa
from alembic import op

from grader.gradebook.migrations.immutable import TABLES, statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "erasures",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("submissions", sa.BigInteger(), nullable=False),
        sa.Column("grades", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "students",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("enrolled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_students")),
        sa.UniqueConstraint("login", name=op.f("uq_students_login")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_students_email_key"), "students", ["email_key"], unique=False)
    op.create_index(op.f("ix_students_name_key"), "students", ["name_key"], unique=False)
    op.create_table(
        "comments",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("student_id", _NUMBER, nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_comments_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_comments_student_id"), "comments", ["student_id"], unique=False)
    op.create_table(
        "extensions",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("student_id", _NUMBER, nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_extensions_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_extensions_student_id"), "extensions", ["student_id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("student_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_identities_student_id")),
        sa.PrimaryKeyConstraint("system", "value", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_student_id"), "identities", ["student_id"], unique=False)
    op.create_index(op.f("ix_identities_value"), "identities", ["value"], unique=False)
    op.create_table(
        "members",
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("student_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_members_student_id")),
        sa.PrimaryKeyConstraint("assignment", "student_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_student_id"), "members", ["student_id"], unique=False)
    op.create_table(
        "overrides",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("student_id", _NUMBER, nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("points", sa.Float(precision=53), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_overrides_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_overrides_student_id"), "overrides", ["student_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("student_id", _NUMBER, nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_submissions_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("student_id", "assignment", "identity", name=op.f("uq_submissions_student_id_assignment_identity")),
        sa.UniqueConstraint("student_id", "assignment", "number", name=op.f("uq_submissions_student_id_assignment_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_submissions_assignment"), "submissions", ["assignment"], unique=False)
    op.create_index(op.f("ix_submissions_content"), "submissions", ["content"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("student_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_tokens_student_id")),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("key", name=op.f("uq_tokens_key")),
    )
    op.create_table(
        "grades",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("submission_id", _NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.Column("max_score", sa.Float(precision=53), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("message_ko", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seed_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("same_as", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("cpu_s", sa.Float(precision=53), nullable=False),
        sa.Column("wall_s", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_grades_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grades")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_grades_key_id", "grades", ["key", "id"], unique=False)
    op.create_index("ix_grades_submission_id_id", "grades", ["submission_id", "id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("submission_id", _NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_journal_batch_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_journal_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_journal_batch_id"), "journal", ["batch_id"], unique=False)
    op.create_index(op.f("ix_journal_submission_id"), "journal", ["submission_id"], unique=False)
    for table in TABLES:
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(sa.text(statement))
