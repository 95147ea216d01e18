"""The command `leadmill notify`, and what may stand in notify.yaml."""

import pytest

MAIL = "email: {server: mail, sender: a@example.com, to: [b@example.com]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("about: [held]\n", "says nobody who is told: give email, webhook, or both."),
        (MAIL + ", user: me, password: hunter2}\n", "email.password: is a secret. Write $NAME"),
        (MAIL + ", user: me}\n", "email: user and password go together."),
        (MAIL + ", user: me, password: $P, security: none}\n", "a password needs security starttls or tls."),
        (MAIL + ", sevrer: x}\n", "'email.sevrer' is not a key. Did you mean 'server'?"),
        ("webhook: {url: 'http://example.com'}\n", "url is not encrypted. Use https://, or say allow_http: true."),
        ("webhook: {url: example.com}\n", "url is not an address such as https://example.com/hook."),
        ("webhook: {url: 'https://example.com', secret: hunter2}\n", "webhook.secret: is a secret."),
    ],
)
def test_what_is_wrong_with_the_settings_is_one_line_without_a_secret(lm, home, text: str, told: str) -> None:
    home.make()
    (home.root / "notify.yaml").write_text(text)

    answer = lm("notify", "send")

    assert answer.code == 2
    assert told in answer.err
    assert "hunter2" not in answer.err


def test_a_home_that_tells_nobody_says_so(lm) -> None:
    assert lm("notify", "send", "--json").json == {"sent": 0, "waiting": 0, "problems": [], "messages": 0}
    assert "This home has none, so nobody is told." in lm("notify", "test").err


def test_a_test_notice_goes_through_and_says_that_it_is_one(lm, told_home, hooks, monkeypatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s3cret")
    hook = f"{{url: 'http://127.0.0.1:{hooks.port}', allow_http: true, secret: $HOOK_SECRET}}"
    (told_home.root / "notify.yaml").write_text(f"webhook: {hook}\n")

    answer = lm("notify", "test")

    assert (answer.code, answer.out) == (0, "Sent by webhook.\n")
    assert "nothing has happened" in hooks.arrived[0][2]["message"]
