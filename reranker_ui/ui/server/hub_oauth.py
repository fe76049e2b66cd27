"""Signing in with Hugging Face: OAuth with PKCE and a state, the token dropped once it is read."""

import secrets
from collections.abc import Mapping
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from httpx2 import HTTPError

from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Space

FAILED = "Hugging Face did not say who you are. Try to sign in again."


class HubSignIn:
    """The two halves of signing in; between them the browser is at Hugging Face."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self._found: dict[str, Any] | None = None

    def start(self) -> tuple[str, str, str]:
        """`(address to go to, state, verifier)`; the browser keeps the last two."""
        verifier = secrets.token_urlsafe(48)
        with self._client() as client:
            where = self._provider(client)["authorization_endpoint"]
            url, state = client.create_authorization_url(where, code_verifier=verifier)
        return str(url), str(state), verifier

    def finish(self, parameters: Mapping[str, str], state: str, verifier: str) -> tuple[str, str]:
        """`(sub, name)` of the person who came back with these parameters; Refused where not."""
        code = parameters.get("code", "")
        if not code or not secrets.compare_digest(parameters.get("state", ""), state):
            raise Refused(FAILED)
        try:
            with self._client() as client:
                provider = self._provider(client)
                client.fetch_token(provider["token_endpoint"], code=code, code_verifier=verifier)
                answer = client.get(provider["userinfo_endpoint"])
                profile = answer.raise_for_status().json()
        except (OAuthError, HTTPError, ValueError, KeyError) as error:
            raise Refused(FAILED) from error
        if not profile.get("sub"):
            raise Refused(FAILED)
        return str(profile["sub"]), str(
            profile.get("preferred_username") or profile.get("name") or "member"
        )

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self.space.client_id,
            self.space.client_secret.get_secret_value(),
            scope="openid profile",
            redirect_uri=f"https://{self.space.hosts[0]}/login/callback",
            code_challenge_method="S256",
            timeout=15,
        )

    def _provider(self, client: OAuth2Client) -> dict[str, Any]:
        if self._found is None:
            where = f"{self.space.provider.rstrip('/')}/.well-known/openid-configuration"
            try:
                answer = client.request("GET", where, withhold_token=True)
                self._found = dict(answer.raise_for_status().json())
            except (HTTPError, ValueError) as error:
                raise Refused("Hugging Face cannot be reached. Try again in a minute.") from error
        return self._found
