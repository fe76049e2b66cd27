"""The ranker of a run: its cross-encoder, a probe of the embeddings, cosine and BM25 together."""
