"""Every public service asks for a role before it does anything: the table says which."""

import importlib
import inspect
import pkgutil
import sys

import pytest

from reranker_ui import services
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store import access
from reranker_ui.services.store.access import ROLES, User
from tests.support.roles import INSIDE, SERVICES


class Passed(Exception):  # noqa: N818 - it is no error
    """The check was passed; the service itself is not run."""


def public_services():
    """`{"package.module.function": function}` of those that take a workspace and a user."""
    found = {}
    prefix = f"{services.__name__}."
    for module in pkgutil.walk_packages(services.__path__, prefix):
        if ".migrations" in module.name:
            continue
        held = importlib.import_module(module.name)
        for name, function in vars(held).items():
            if inspect.isfunction(function) and function.__module__ == held.__name__:
                asked = inspect.signature(function).parameters
                if not name.startswith("_") and {"workspace", "user"} <= asked.keys():
                    found[f"{module.name.removeprefix(prefix)}.{name}"] = function
    return found


@pytest.fixture
def checks_only(monkeypatch):
    """Each `require` ends the service where it passes."""

    def require(user, role):
        access.require(user, role)
        raise Passed

    found = public_services()  # which imports them all
    for name, module in list(sys.modules.items()):
        if name.startswith("reranker_ui.services.") and module is not access:
            for held, value in list(vars(module).items()):
                if value is access.require:
                    monkeypatch.setattr(module, held, require)
    return found


def least_role(function) -> str:
    """The first role that passes; "anyone" where nothing is asked at all."""
    asked = inspect.signature(function).parameters
    for role in ROLES:
        given = {
            name: User("Someone", role) if name == "user" else None
            for name, parameter in asked.items()
            if parameter.default is parameter.empty and parameter.kind != parameter.VAR_KEYWORD
        }
        try:
            result = function(**given)
            if inspect.isgenerator(result):
                next(result)
        except Passed:
            return role
        except Refused as refused:
            assert "needs the role" in str(refused), (function, refused)
        except Exception as error:
            return f"anyone ({type(error).__name__})"
        else:
            return "anyone"
    return "nobody"


def test_every_service_asks_for_its_role_first(checks_only):
    found = checks_only
    unknown = sorted(set(found) - set(SERVICES) - set(INSIDE))
    assert not unknown, f"no row in tests/support/roles.py for {unknown}"
    measured = {name: least_role(found[name]) for name in found if name not in INSIDE}
    assert measured == {name: SERVICES[name] for name in measured}
