"""Why a photograph or an answer could not be had: for good, for now, or because the run ends."""


class Refused(Exception):
    """For good: asking again would bring the same. `reason` is one word, `detail` a sentence's worth."""

    def __init__(self, reason: str, detail: str = ""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class Failed(Exception):
    """For now: the next run asks again."""

    def __init__(self, reason: str, detail: str = ""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class Stopped(Exception):
    """The run was told to end."""
