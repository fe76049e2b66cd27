"""Serves the real page, but takes who asks from a header: `python -m tests.annotators_server`.

For tests with several annotators; the product itself never trusts a header for this.
"""

from reranker_ui.services.users import User
from reranker_ui.ui import layout, room


def _who(request: object) -> User:
    return User(request.headers.get("x-annotator", "local user"), "annotator")


if __name__ == "__main__":
    room.who = _who
    layout.serve()
