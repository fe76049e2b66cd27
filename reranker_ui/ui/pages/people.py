"""The panels about people and keys, opened from one's name in the header."""

from typing import TypedDict

from reranker_ui.services.people import accounts, api_keys, invites
from reranker_ui.services.ranking import demo
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function
from reranker_ui.ui.payload import Count, Flag, Id, Name, Text, Texts


class PeopleNow(TypedDict):
    """Everyone who may sign in, and the open invites."""

    people: list[accounts.Person]
    invites: list[invites.Invite]


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the panels; each calls one service."""
    return [*_people(workspace), *_keys(workspace), *_demo(workspace)]


def _people(workspace: Workspace) -> list[Function]:
    def people_now(user: User) -> PeopleNow:
        return {
            "people": accounts.list_users(workspace, user),
            "invites": invites.list_invites(workspace, user),
        }

    def set_role(user: User, *, name: Name, role: Name) -> None:
        accounts.set_role(workspace, user, name, role)

    def remove_user(user: User, *, name: Name) -> None:
        accounts.remove_user(workspace, user, name)

    def set_password(
        user: User,
        *,
        name: Name,
        password: Name,
        present: Name | None = None,
        end_keys: Flag = False,
    ) -> accounts.KeysLeft:
        return accounts.set_password(workspace, user, name, password, present, end_keys)

    def invite(user: User, *, role: Name, places: Count) -> invites.NewInvite:
        return invites.invite(workspace, user, role, places)

    def withdraw(user: User, *, id: Id) -> None:
        invites.withdraw(workspace, user, id)

    return [people_now, set_role, remove_user, set_password, invite, withdraw]


def _demo(workspace: Workspace) -> list[Function]:
    def demo_settings(user: User) -> demo.DemoSettings:
        return demo.demo_settings(workspace, user)

    def set_demo(
        user: User, *, title: Text, text: Text, dataset: Name, run: Name, queries: Texts
    ) -> None:
        demo.set_demo(
            workspace, user, title=title, text=text, dataset=dataset, run=run, queries=queries
        )

    return [demo_settings, set_demo]


def _keys(workspace: Workspace) -> list[Function]:
    def list_keys(user: User, *, owner: Name | None = None) -> list[api_keys.ApiKey]:
        return api_keys.list_keys(workspace, user, owner)

    def make_key(user: User, *, name: Name) -> api_keys.NewKey:
        return api_keys.make_key(workspace, user, name)

    def end_key(user: User, *, id: Id) -> None:
        api_keys.end_key(workspace, user, id)

    def end_keys(user: User, *, owner: Name | None = None) -> int:
        return api_keys.end_keys(workspace, user, owner)

    return [list_keys, make_key, end_key, end_keys]
