"""The one family of refusals of this package."""


class OfferError(Exception):
    """A refusal: `code` for programs, the text a Russian sentence that says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
