"""What a job costs, where an executor charges for it."""

from dataclasses import dataclass
from typing import TypedDict


class RunPrice(TypedDict):
    """What an executor charges, in US dollars; `text` is both numbers in words."""

    hardware: str
    hourly: float
    maximum: float
    text: str


@dataclass(frozen=True)
class Price:
    """US dollars for an hour on `hardware` with `gpus`, and at most for a job with its limit."""

    hardware: str
    hourly: float
    maximum: float
    gpus: int = 0

    @property
    def text(self) -> str:
        """The price in words."""
        return f"${self.hourly:.2f} an hour, at most ${self.maximum:.2f}"

    def text_of(self, jobs: int) -> str:
        """The price of so many jobs in words."""
        if jobs == 1:
            return self.text
        whole = self.maximum * jobs
        return f"{self.text} for each of {jobs} jobs, at most ${whole:.2f} in all"

    def shown(self) -> RunPrice:
        """For the page and the command line."""
        return {
            "hardware": self.hardware,
            "hourly": self.hourly,
            "maximum": self.maximum,
            "text": self.text,
        }
