"""People: accounts, sessions, tokens, invites and API keys."""
