"""Ranking: rankers, engines, candidates, comparison, cut-offs and the rerank service."""
