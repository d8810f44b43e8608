"""The steps of `offer/publish.py`: what is admitted, built, carried over and shown."""
