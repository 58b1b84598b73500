"""The chain: a link for each row that decides points, and what each link vouches for.

What is stored already is linked right after this step, by chain.add_afterwards, with the tables as the program knows them then.
"""

import sqlalchemy as sa
from alembic import op

from grader.gradebook.migrations.immutable import CHAIN, statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_links")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_links_kind_subject")),
    )
    op.create_table(
        "seals",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["links.number"], name=op.f("fk_seals_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals")),
    )
    for table in CHAIN:
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(sa.text(statement))
