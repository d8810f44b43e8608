"""What an offer's words mean: the parts of `offer/terms.py`."""
