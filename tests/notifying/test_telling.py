"""What people are told, through real servers, and that each thing is told once."""

import email
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.notifying.notices import Notice
from pipelines.notifying.telling import tell
from tests.notifying.sinks import BAD, GOOD, name_hook, name_mail

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRETS = {"HOOK_SECRET": "s3cret"}


def bring(home: Home, tmp_path: Path, name: str, text: str, now: datetime = NOW):
    path = tmp_path / name
    path.write_text(text)
    return import_drop(path, "acme", home, now=now)


def notify_by(home: Home, *parts: str) -> None:
    (home.root / "notify.yaml").write_text("".join(parts))


def test_a_held_import_is_told_by_mail_once_with_what_to_do_and_nothing_of_its_people(
    told_home, tmp_path, mails
) -> None:
    notify_by(told_home, name_mail(mails.port))
    held = bring(told_home, tmp_path, "monday.csv", BAD)

    first = tell(told_home, NOW, SECRETS)
    second = tell(told_home, NOW + timedelta(minutes=1), SECRETS)

    assert (held.status, first.sent, second.sent) == ("held", 1, 0)
    ((to, content),) = mails.arrived
    mail = email.message_from_string(content, policy=policy.default)
    text = mail.get_content()
    assert to == ["ops@example.com"]
    assert mail["Subject"] == "[leadmill] An import waits for you: monday.csv"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"leadmill release {held.import_id}" in text
    assert "hold_above" in text
    assert not [person for person in ("Zebedee", "Yolanda", "07400") if person in content]


def test_a_failed_import_is_posted_as_json_that_is_signed(told_home, tmp_path, hooks) -> None:
    notify_by(told_home, name_hook(hooks.port))
    bring(told_home, tmp_path, "tuesday.csv", "What,Is\n1,2\n")

    tell(told_home, NOW, SECRETS)

    ((headers, body, document),) = hooks.arrived
    signature = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["X-Leadmill-Signature"] == f"sha256={signature}"
    assert (document["topic"], document["about"]) == ("failed", "tuesday.csv")
    assert "tuesday.csv" in document["message"]


def test_a_good_import_is_no_news(told_home, tmp_path, hooks) -> None:
    notify_by(told_home, name_hook(hooks.port))
    bring(told_home, tmp_path, "a.csv", GOOD)

    tell(told_home, NOW, SECRETS)

    assert hooks.arrived == []


def test_a_mail_server_that_is_down_fails_no_import_and_keeps_no_webhook_from_its_turn(
    told_home, tmp_path, mails, hooks
) -> None:
    notify_by(told_home, name_mail(1), name_hook(hooks.port))
    held = bring(told_home, tmp_path, "a.csv", BAD)

    down = tell(told_home, NOW, SECRETS)
    notify_by(told_home, name_mail(mails.port), name_hook(hooks.port))
    up = tell(told_home, NOW + timedelta(minutes=1), SECRETS)

    assert held.status == "held"
    assert (down.sent, down.waiting) == (1, 1)
    assert down.problems == ["notify.yaml: email: 127.0.0.1:1 did not take a mail (ConnectionRefusedError)."]
    assert (up.sent, len(mails.arrived), len(hooks.arrived)) == (1, 1, 1)


def test_a_webhook_that_refuses_is_tried_again_at_once_and_later(told_home, tmp_path, hooks) -> None:
    notify_by(told_home, name_hook(hooks.port))
    bring(told_home, tmp_path, "a.csv", BAD)
    hooks.answer = 503

    refused = tell(told_home, NOW, SECRETS)
    tries = len(hooks.arrived)
    hooks.answer = 200
    tell(told_home, NOW, SECRETS)

    assert refused.problems == ["notify.yaml: webhook: the server answered 503."]
    assert (tries, len(hooks.arrived)) == (3, 4)


def test_a_secret_that_is_not_set_is_named_and_nothing_is_sent(told_home, tmp_path, hooks) -> None:
    notify_by(told_home, name_hook(hooks.port))
    bring(told_home, tmp_path, "a.csv", BAD)

    told = tell(told_home, NOW, {})

    assert told.problems == [
        "notify.yaml: $HOOK_SECRET is not set in the environment. Set HOOK_SECRET where leadmill runs."
    ]
    assert hooks.arrived == []


def test_an_address_from_the_environment_is_held_to_the_same_and_not_repeated(told_home, tmp_path) -> None:
    notify_by(told_home, "webhook: {url: $HOOK_URL}\n")
    bring(told_home, tmp_path, "a.csv", BAD)

    told = tell(told_home, NOW, {"HOOK_URL": "http://127.0.0.1/token"})

    assert told.problems == ["notify.yaml: webhook: $HOOK_URL is no address that begins with https://. Correct it."]


def test_what_happened_long_before_is_not_told_to_whoever_sets_it_up_now(told_home, tmp_path, hooks) -> None:
    bring(told_home, tmp_path, "a.csv", BAD, NOW - timedelta(days=3))
    notify_by(told_home, name_hook(hooks.port))

    assert tell(told_home, NOW, SECRETS).sent == 0


def test_a_late_feed_is_told_once_for_each_time_that_it_is_late(told_home, hooks) -> None:
    template = told_home.templates / "acme.yaml"
    template.write_text(template.read_text() + 'feed: {expected_by: "08:00"}\n')
    notify_by(told_home, name_hook(hooks.port))

    told = [tell(told_home, NOW + timedelta(hours=hours), SECRETS).sent for hours in (0, 1, 24)]

    assert told == [1, 0, 1]


def test_only_the_topics_that_are_asked_for_are_told(told_home, tmp_path, hooks) -> None:
    notify_by(told_home, name_hook(hooks.port), "about: [failed]\n")
    bring(told_home, tmp_path, "a.csv", BAD)

    tell(told_home, NOW, SECRETS, [Notice("run 1", "run_failed", "import_drops", "Run 1 failed.")])

    assert hooks.arrived == []


def test_a_file_name_with_line_breaks_adds_no_header() -> None:
    notice = Notice("k", "held", "a\r\nBcc: all@example.com", "It waits.")

    assert notice.subject == "[leadmill] An import waits for you: a Bcc: all@example.com"
