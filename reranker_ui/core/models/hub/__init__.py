"""Models on the Hub: whether it can be reached, what is downloaded from it and pushed to it."""
