"""Log lines: for people or as JSON, each with its request and user, none with a secret."""

import json
import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar

REQUEST: ContextVar[str] = ContextVar("request", default="-")
ASKING: ContextVar[str] = ContextVar("asking", default="-")
_SHAPES = (
    r"hf_[A-Za-z0-9]{20,}|rr_[\w-]{30,}"  # tokens of the Hub, our own API keys
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # name:password@ in an address
    r"|(?<=token=)[\w-]{30,}|(?i:(?<=bearer ))[\w.-]{20,}"
)


class Redactor:
    """Takes out what looks like a secret, and the `values` that are known to be one."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted({value for value in values if len(value) >= 8}, key=len, reverse=True)
        self.pattern = re.compile("|".join([*map(re.escape, known), _SHAPES]))

    def __call__(self, text: str) -> str:
        """The text with `***` in the place of each secret."""
        return self.pattern.sub("***", text)


class Lines(logging.Formatter):
    """A line for people: time, request, user, where from, what."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(request)s %(asking)s %(name)s: %(message)s")
        self.redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets."""
        record.request, record.asking = REQUEST.get(), ASKING.get()
        return self.redact(super().format(record))


class JsonLines(Lines):
    """The same as one JSON object a line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The object, without secrets."""
        told = {
            "time": record.created,
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": REQUEST.get(),
            "user": ASKING.get(),
            "message": self.redact(record.getMessage()),
        }
        if record.exc_info:
            told["traceback"] = self.redact(self.formatException(record.exc_info))
        return self.redact(json.dumps(told, ensure_ascii=False))


def begin(form: str, secrets: Iterable[str]) -> None:
    """Send log lines of INFO and above to standard error in this form, `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter((JsonLines if form == "json" else Lines)(Redactor(secrets)))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("httpx", "httpx2", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
