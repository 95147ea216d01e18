"""Send a notice: a mail through SMTP, a signed JSON document to a webhook."""

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.errors import UserError
from pipelines.notifying.notices import Notice
from pipelines.notifying.posting import TIMEOUT, NotSentError, post
from pipelines.notifying.settings import FILE, EmailSettings, NotifySettings, WebhookSettings, reveal

SIGNATURE = "X-Leadmill-Signature"
# Short: whoever sends tries again at the next look, and others wait behind a server that does not answer.
TRIES, FIRST_WAIT = 3, 0.5


def list_channels(settings: NotifySettings) -> list[str]:
    """Return the channels that are set up."""
    return [channel for channel in POSTS if getattr(settings, channel)]


def send(
    notice: Notice, channel: str, settings: NotifySettings, environment: Mapping[str, str], now: datetime
) -> str | None:
    """Send a notice through one channel, tried a few times; return what went wrong, or null."""
    try:
        for attempt in Retrying(
            retry=retry_if_exception_type(NotSentError),
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential(FIRST_WAIT),
            reraise=True,
        ):
            with attempt:
                POSTS[channel](notice, getattr(settings, channel), environment, now)
    except (NotSentError, UserError) as error:
        return str(error)
    return None


def write_mail(notice: Notice, settings: EmailSettings, now: datetime) -> EmailMessage:
    """Return the mail that tells a notice: plain text, marked as automatic so that no absent person answers it."""
    mail = EmailMessage()
    mail["Subject"] = notice.subject
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    mail["Date"] = format_datetime(now)
    domain = settings.sender.rpartition("@")[2]
    mail["Message-ID"] = f"<{hashlib.sha256(notice.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{notice.message}\n\n-- \nleadmill, {notice.topic}. Who is told of what: {FILE} of the home.\n")
    return mail


def _mail(notice: Notice, settings: EmailSettings, environment: Mapping[str, str], now: datetime) -> None:
    user = reveal(settings.user, environment, FILE) if settings.user else None
    password = reveal(settings.password, environment, FILE) if settings.password else ""
    server, port = settings.server, settings.resolved_port
    trusted = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(server, port, timeout=TIMEOUT, context=trusted)
            if settings.security == "tls"
            else smtplib.SMTP(server, port, timeout=TIMEOUT)
        ) as connection:
            if settings.security == "starttls":
                connection.starttls(context=trusted)
            if user:
                connection.login(user, password)
            connection.send_message(write_mail(notice, settings, now))
    except (OSError, smtplib.SMTPException) as error:
        # Only its kind: what a server answers may repeat what it was sent.
        raise NotSentError(f"{FILE}: email: {server}:{port} did not take a mail ({_name(error)}).") from None


def sign(body: bytes, secret: str) -> str:
    """Return the signature of a body: ``sha256=`` and the hexadecimal HMAC-SHA-256 of its bytes."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def write_body(notice: Notice, now: datetime) -> bytes:
    """Return the JSON document that tells a notice; ``text`` is what chat tools show."""
    told = {"key": notice.key, "topic": notice.topic, "about": notice.about, "message": notice.message}
    document = {**told, "text": f"{notice.subject}\n{notice.message}", "sent_at": now.isoformat()}
    return json.dumps(document, ensure_ascii=False).encode()


def _post(notice: Notice, settings: WebhookSettings, environment: Mapping[str, str], now: datetime) -> None:
    url = reveal(settings.url, environment, FILE)
    if not url.startswith(("https://", "http://") if settings.allow_http else "https://"):
        raise UserError(FILE, f"webhook: {settings.url} is no address that begins with https://.", "Correct it.")
    body = write_body(notice, now)
    headers = {"Content-Type": "application/json", "User-Agent": "leadmill"}
    if settings.secret:
        headers[SIGNATURE] = sign(body, reveal(settings.secret, environment, FILE))
    try:
        post(url, body, headers)
    except NotSentError as error:
        raise NotSentError(f"{FILE}: webhook: {error}.") from None


def _name(error: Exception) -> str:
    return type(error).__name__


POSTS: dict[str, Callable[[Notice, Any, Mapping[str, str], datetime], None]] = {"email": _mail, "webhook": _post}
