class Refusal(Exception):
    """What an input is refused with: `code` is one of the error codes of the pages."""

    def __init__(self, code, reason=""):
        super().__init__(code, reason)
        self.code = code
