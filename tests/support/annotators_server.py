"""Serves the real page, but takes who asks from a header.

`python -m tests.support.annotators_server`

For tests with several annotators; the product itself never trusts a header for this.
"""

from reranker_ui.services.store.access import User
from reranker_ui.ui import component, layout


def _who(request: object) -> User:
    return User(request.headers.get("x-annotator", "local user"), "annotator")


if __name__ == "__main__":
    component.user_of = _who
    layout.serve()
