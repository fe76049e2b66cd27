"""The schema that all tables belong to: how constraints are named, and columns of times."""

import sqlalchemy as sa
from sqlalchemy import Column

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def time_column(name: str, nullable: bool = False) -> "Column[float]":
    """A column of a time in Unix seconds."""
    return Column(name, sa.Float, nullable=nullable)
