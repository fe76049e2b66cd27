"""The tables of people and of what they sign in with; only services write them."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from reranker_ui.services.store.schema import metadata, time_column

Text, Integer, Float = sa.Text, sa.Integer, sa.Float

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # labels refer to it, so it never changes
    Column("role", Text, nullable=False),
    Column("password", Text),  # argon2 hash; NULL: signs in another way
    Column("subject", Text, unique=True),  # the user's id at Hugging Face
    time_column("created_at"),
    time_column("removed_at", nullable=True),
)

# Credentials of browsers and programs. Only hashes are stored: a copy gives no access.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    time_column("created_at"),
    time_column("expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("start", Text, nullable=False),  # its first characters, to recognize it
    time_column("created_at"),
    time_column("used_at", nullable=True),
)

invites = Table(
    "invites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("places", Integer, nullable=False),  # how many people may still use it
    Column("created_by", Text, nullable=False),
    time_column("created_at"),
    time_column("expires_at"),
)

# Recent failed sign-ins, by hashes of name and address, so that a restart does not reset them.
failures = Table(
    "failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Float, nullable=False, index=True),
    Index(None, "key", "at"),
)

# What people and addresses have left of a rate limit, where several servers share the database.
allowances = Table(
    "allowances",
    metadata,
    Column("key", Text, primary_key=True),
    Column("full_at", Float, nullable=False),  # by the clock of the database
)
