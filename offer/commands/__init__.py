"""One file for each command of `offer`; only the one that runs is imported."""
