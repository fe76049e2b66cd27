"""Models on disk and in memory: rerankers, encoders, engines and their tokenizers."""
