"""Models on disk and in memory: rerankers, encoders, engines, and models on the Hub."""
