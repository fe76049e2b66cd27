"""What a job costs, where an executor charges for it."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Price:
    """US dollars for an hour on `hardware`, and at most for a job with its time limit."""

    hardware: str
    hourly: float
    most: float

    @property
    def text(self) -> str:
        """The price in words."""
        return f"${self.hourly:.2f} an hour, at most ${self.most:.2f}"

    def shown(self) -> dict[str, Any]:
        """For the page: hardware, hourly, most, and both in words as `text`."""
        return asdict(self) | {"text": self.text}
