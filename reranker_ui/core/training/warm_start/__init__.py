"""The warm start: a base without a ranking head learns the cosine of an encoder first."""
