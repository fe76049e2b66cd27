"""The pages outside of Gradio: sign in, accept an invite, and what a Space still needs."""

from html import escape
from string import Template
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from reranker_ui.settings import ASSETS

_PAGE = Template((ASSETS / "login.html").read_text(encoding="utf-8"))
_TOKENS = (ASSETS / "css" / "tokens.css").read_text(encoding="utf-8")
_NO_BACKUPS = (
    '<p class="lead">This Space cannot read its backups. It stays closed, so that nobody starts'
    " over while earlier work is only out of reach.</p><ol><li>In the settings of the Space, mount"
    " its bucket where the variable <code>RERANKER_UI_BACKUP</code> says; a copy of a Space needs a"
    " bucket of its own. <code>python -m reranker_ui deploy</code> does both.</li>"
    "<li>Or delete the variable: then nothing is kept over a restart.</li>"
    "<li>Restart the Space.</li></ol>"
)
_MAY = {"viewer": "look and rank", "annotator": "label pairs", "admin": "change everything"}


def sign_in(
    mode: str, *, fault: str = "", status: int = 200, next_path: str = "/", name: str = "",
    root: str = "",
) -> HTMLResponse:  # fmt: skip
    """The page to sign in on, with a fault where there is one. `root`: the path it is below."""
    if mode == "hub":
        address = f"login/huggingface?{urlencode({'next': next_path})}"
        return _page("Sign in", _hub_button(address), fault, status, root)
    body = _form(
        "login",
        _field("Name", "name", name, "username", first=not name),
        _field("Password", "password", "", "current-password", "password", first=bool(name)),
        _hidden("next", next_path),
        _button("Sign in"),
    )
    return _page("Sign in", body, fault, status, root)


def invite(
    mode: str, *, role: str, token: str, fault: str = "", status: int = 200, next_path: str = "/",
    name: str = "", root: str = "",
) -> HTMLResponse:  # fmt: skip
    """The page to which an invite leads: choose a name and a password, or use Hugging Face."""
    intro = f'<p class="lead">You are invited as {escape(role)}: to {_MAY[role]}.</p>'
    if mode == "hub":
        address = f"login/huggingface?{urlencode({'invite': token, 'next': next_path})}"
        return _page("Join", intro + _hub_button(address), fault, status, root)
    body = _form(
        "invite",
        _field(
            "Name, as others see it beside your labels", "name", name, "username", first=not name
        ),
        _field(
            "Password, at least 10 characters",
            "password",
            "",
            "new-password",
            "password",
            first=bool(name),
        ),
        _hidden("token", token),
        _button("Create account"),
    )
    return _page("Create your account", intro + body, fault, status, root)


def setup(fault: str = "") -> HTMLResponse:
    """The page of a Space that cannot sign anyone in yet, or cannot read its backups."""
    if fault:
        return _page("This Space is closed for now", _NO_BACKUPS, fault, 200)
    body = (
        '<p class="lead">Everything is installed, but sign-in is not set up'
        " yet.</p><ol><li>In this Space's README, set <code>hf_oauth: true</code> in the block at"
        " the top. Hugging Face then signs people in, and the Space's creator is the first"
        " admin.</li>"
        "<li>Restart the Space.</li></ol>"
        "<p>A Space loses its disk at every restart. <code>python -m reranker_ui"
        " deploy</code> makes one with a private bucket where people's work is kept.</p>"
    )
    return _page("One step is missing", body, "", 200)


def _page(title: str, body: str, fault: str, status: int, root: str = "") -> HTMLResponse:
    alert = f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""
    text = _PAGE.substitute(
        title=escape(title), tokens=_TOKENS, body=alert + body, root=escape(root)
    )
    return HTMLResponse(text, status, {"cache-control": "no-store"})


def _form(action: str, *parts: str) -> str:
    return f'<form method="post" action="{action}">{"".join(parts)}</form>'


def _field(
    label: str, name: str, value: str, complete: str, kind: str = "text", first: bool = False
) -> str:
    return (
        f'<label>{escape(label)}<input name="{name}" type="{kind}" value="{escape(value)}"'
        f' autocomplete="{complete}" required maxlength="1000"{" autofocus" if first else ""}>'
        "</label>"
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _button(word: str) -> str:
    return f"<button>{escape(word)}</button>"


def _hub_button(address: str) -> str:
    return (
        f'<a class="button" href="{escape(address)}">Sign in with Hugging Face</a>'
        '<p class="framed" hidden>Some browsers block sign-in inside a frame. '
        '<a href="./" target="_blank" rel="noopener">Open in a tab of its own</a></p>'
    )
