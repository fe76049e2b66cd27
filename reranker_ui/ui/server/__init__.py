"""The server around the page: middleware, sign-in, identity and downloads."""
