"""What people are told by e-mail and webhook, and in which words: never anything of a lead's person."""

from dataclasses import dataclass
from typing import Literal, get_args

Topic = Literal["held", "failed", "unusual", "late", "check_failed", "run_failed"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
# Told because whoever brought the drop asked for it, whatever `about` says (checklist CM-027).
Asked = Literal["imported"]
SUBJECTS: dict[Topic | Asked, str] = {
    "held": "An import waits for you",
    "failed": "A file could not be imported",
    "unusual": "An import is unusual",
    "late": "A feed is late",
    "check_failed": "A check failed",
    "run_failed": "A run failed",
    "imported": "An import was made",
}


@dataclass(frozen=True)
class Notice:
    """One thing to tell. ``key`` tells it from all others, so that it is told once; ``about`` names its subject."""

    key: str
    topic: Topic | Asked
    about: str
    message: str

    @property
    def subject(self) -> str:
        """One line that says it, for the subject of a mail: no line breaks, whatever a file is called."""
        return " ".join(f"[leadmill] {SUBJECTS[self.topic]}: {self.about}".split())[:200]
