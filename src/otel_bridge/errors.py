"""The error tree of the app side; after start-up only a mistake at the call itself raises.

BridgeError
├── SettingsError         a setting that cannot be used
├── MaskingError          masking that was asked for cannot be kept
├── ConcurrentLogError    `logger.log` while the logger's spans are in use
├── NoLoggerError         a call that needs a current logger, and there is none
├── LoginError            a login that differs from the one before
├── MissingExtraError     a call needs an extra of the package that is not installed
├── FlushError            `flush()` lost something, and `BRAINTRUST_SYNC_FLUSH` asks for an exception
├── RecordedError         a call failed when it was recorded, and so does its replay
├── UnrecordedCallError   a replay would call what was not recorded
├── NoChoiceError         the model of a judge did not choose, or chose what there is not
├── BraintrustInvokeError a function that was invoked failed
└── ControlError          the control plane could not be asked: a login, a project, an experiment, a row
    └── AnswerTooLargeError   its answer is longer than what is read

Wrong fields raise `ValueError` with Braintrust's own text (`contract.checks`), a wrong slug `SlugError`.
"""


class BridgeError(Exception):
    """Anything that the app side raises on purpose."""


class SettingsError(BridgeError, ValueError):
    """A setting cannot be used."""


class MaskingError(BridgeError):
    """Masking that was asked for cannot be kept here."""


class ConcurrentLogError(BridgeError):
    """`logger.log` was called although spans of that logger are in use."""


class NoLoggerError(BridgeError):
    """A call needs a current logger, and there is none."""


class MissingExtraError(BridgeError, ImportError):
    """A call needs an extra of the package that is not installed."""


class FlushError(BridgeError):
    """`flush()` could not send everything."""


class RecordedError(BridgeError):
    """A call failed when it was recorded, and so does what stands in for it."""


class UnrecordedCallError(BridgeError):
    """A replay would call what was not recorded when its case was traced."""


class ControlError(BridgeError, RuntimeError):
    """The control plane did not answer, refused, or gave an answer that makes no sense.

    Attributes:
        status: of the answer that refused, or None.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoChoiceError(BridgeError, ValueError):
    """The model of a judge did not choose, or chose what there is not."""


class BraintrustInvokeError(BridgeError, ValueError):
    """A function that was invoked failed: its code, or the model that it asks."""


class AnswerTooLargeError(ControlError):
    """An answer is longer than what is read of one."""


class LoginError(BridgeError):
    """A second login names another account, and is not forced."""
