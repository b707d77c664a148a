"""The one exception that is shown to a person without a traceback."""


class BeholderError(Exception):
    """Something a user can mend.

    The message names the file or key, says what was expected and what to do.
    """
