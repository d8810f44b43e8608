"""A text for paper: PDF of an edition, picture of the site."""
