"""What changed between two texts: the parts of `offer/redline.py`."""
