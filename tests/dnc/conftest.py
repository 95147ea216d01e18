"""Do-not-call lists as text, and drops that are screened by them, through the command line."""

import pytest

from tests.checklist.conftest import World

CATEGORY = "TPS"
TWO_PHONES = {"mapping": {"first_name": "Name", "phone1": "Tel", "phone2": "Second", "email": "Mail"}}


class Lists(World):
    """A world with do-not-call lists."""

    def load(self, text: str, *options: object, category: str = CATEGORY, fails: bool = False):
        """Load a list; return what the load did, or the answer where it is to fail."""
        answer = self.lm("dnc", "load", self.write("list.csv", text), "--category", category, "--json", *options)
        if fails:
            return answer
        assert answer.code == 0, answer.err
        return answer.json

    def entries(self, category: str = CATEGORY) -> list[str]:
        """Return the numbers of a category."""
        return [row[0] for row in self.ask(f"SELECT e164 FROM dnc WHERE category = '{category}' ORDER BY 1")]

    def status(self, category: str = CATEGORY) -> dict:
        """Return how a category stands."""
        return next(row for row in self.lm("dnc", "status", "--json").json if row["category"] == category)


@pytest.fixture
def lists(lm, tmp_path) -> Lists:
    return Lists(lm, tmp_path)
