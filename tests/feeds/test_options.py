"""What a template may say of its feed."""

import pytest

from pipelines.errors import UserError
from pipelines.templates.template import build_template

BASE = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel"}}


@pytest.mark.parametrize(
    ("feed", "told"),
    [
        ({}, "feed: says nothing: give url"),
        ({"url": "/data/*.csv"}, "feed.url: url has no protocol. Write sftp://host/path/*.csv"),
        ({"url": "gopher://host/a"}, "'gopher' is not a protocol to fetch by. Use one of: file, memory, http"),
        ({"url": "sftp://me:hunter2@host/a"}, "url holds a password. Write options: {password: $NAME}"),
        ({"url": "sftp://h/a", "options": {"password": "hunter2"}}, "options.password is a secret."),
        ({"url": "s3://b/a", "options": {"secret": "hunter2"}}, "options.secret is a secret."),
        ({"url": "file:///a", "cron": "hourly"}, "'hourly' is not a schedule of cron, such as 0 6 * * 1-5."),
        ({"expected_by": "8 am"}, "expected_by '8 am' is not a time of day"),
        ({"url": "file:///a", "expected_on": ["mon"]}, "expected_on goes with expected_by."),
        ({"url": "file:///a", "cronn": "* * * * *"}, "'feed.cronn' is not a key of a template. Did you mean 'cron'?"),
    ],
)
def test_what_is_wrong_with_a_feed_is_one_clear_line_that_holds_no_secret(feed: dict, told: str) -> None:
    with pytest.raises(UserError) as error:
        build_template(BASE | {"feed": feed}, "acme.yaml")

    assert told in str(error.value)
    assert "hunter2" not in str(error.value)


def test_secrets_are_named_by_a_variable_of_the_environment() -> None:
    options = {"username": "acme", "password": "$ACME_PASSWORD"}

    template = build_template(BASE | {"feed": {"url": "sftp://host/*.csv", "options": options}}, "acme.yaml")

    assert template.feed.options == options
