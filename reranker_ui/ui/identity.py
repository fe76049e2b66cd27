"""Who is asking: the user behind a request."""

from typing import Any

from reranker_ui.services.users import LOCAL, User


def who(_request: Any) -> User:
    """The user behind `request`. On this machine alone there is one, and he is admin."""
    return LOCAL
