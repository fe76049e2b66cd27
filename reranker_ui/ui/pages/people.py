"""The panels about people and keys, opened from one's name in the header."""

from typing import Any

from reranker_ui.services.people import accounts, api_keys, invites
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function

Payload = dict[str, Any]


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the panels; each calls one service."""
    return [*_people(workspace), *_keys(workspace)]


def _people(workspace: Workspace) -> list[Function]:
    def people_now(user: User, _asked: Payload) -> Any:
        return {
            "people": accounts.list_users(workspace, user),
            "invites": invites.list_invites(workspace, user),
        }

    def set_role(user: User, asked: Payload) -> Any:
        return accounts.set_role(workspace, user, str(asked["name"]), str(asked["role"]))

    def remove_user(user: User, asked: Payload) -> Any:
        return accounts.remove_user(workspace, user, str(asked["name"]))

    def set_password(user: User, asked: Payload) -> Any:
        told = (str(asked[name]) for name in ("name", "password", "present"))
        return accounts.set_password(workspace, user, *told)

    def invite(user: User, asked: Payload) -> Any:
        return invites.invite(workspace, user, str(asked["role"]), int(asked["places"]))

    def withdraw(user: User, asked: Payload) -> Any:
        return invites.withdraw(workspace, user, int(asked["id"]))

    return [people_now, set_role, remove_user, set_password, invite, withdraw]


def _keys(workspace: Workspace) -> list[Function]:
    def list_keys(user: User, _asked: Payload) -> Any:
        return api_keys.list_keys(workspace, user)

    def make_key(user: User, asked: Payload) -> Any:
        return api_keys.make_key(workspace, user, str(asked["name"]))

    def end_key(user: User, asked: Payload) -> Any:
        return api_keys.end_key(workspace, user, int(asked["id"]))

    return [list_keys, make_key, end_key]
