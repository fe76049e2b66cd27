"""Log lines as text or JSON, each with its request and user, with secrets redacted."""

import json
import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar

REQUEST: ContextVar[str] = ContextVar("request", default="-")
USER: ContextVar[str] = ContextVar("user", default="-")
_SHAPES = (
    r"hf_[A-Za-z0-9]{20,}|rr_[\w-]{30,}"  # tokens of the Hub, our own API keys
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # name:password@ in an address
    r"|(?<=token=)[\w-]{30,}|(?i:(?<=bearer ))[\w.-]{20,}"
)


class Redactor:
    """Redacts anything that looks like a secret, and the known secret `values`."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        longest_first = sorted(
            {value for value in values if len(value) >= 8}, key=len, reverse=True
        )
        self.pattern = re.compile("|".join([*map(re.escape, longest_first), _SHAPES]))

    def __call__(self, text: str) -> str:
        """The text with each secret replaced by `***`."""
        return self.pattern.sub("***", text)


class Lines(logging.Formatter):
    """A text line: time, request, user, logger, message."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(request)s %(user)s %(name)s: %(message)s")
        self.redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets."""
        record.request, record.user = REQUEST.get(), USER.get()
        return self.redact(super().format(record))


class JsonLines(Lines):
    """The same as one JSON object per line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The object, without secrets."""
        entry = {
            "time": record.created,
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": REQUEST.get(),
            "user": USER.get(),
            "message": self.redact(record.getMessage()),
        }
        if record.exc_info:
            entry["traceback"] = self.redact(self.formatException(record.exc_info))
        return self.redact(json.dumps(entry, ensure_ascii=False))


def begin(form: str, secrets: Iterable[str]) -> None:
    """Send log lines of INFO and above to standard error in this form, `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter((JsonLines if form == "json" else Lines)(Redactor(secrets)))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for verbose_logger in ("httpx", "httpx2", "alembic", "uvicorn"):
        logging.getLogger(verbose_logger).setLevel(logging.WARNING)
