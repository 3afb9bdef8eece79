"""The mails that the stand-in has taken, as pages: the list, one mail, its attachments."""

from __future__ import annotations

from email.message import EmailMessage
from html import escape
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from sandbox.mail import MailServer, Taken

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}
iframe{{border:1px solid #ccc;width:100%;height:44rem}}
li{{margin:.4rem 0}} pre{{white-space:pre-wrap}}</style>
</head><body><h1>{title}</h1>{body}</body></html>"""
# A mail is shown without scripts, and with nothing from elsewhere.
_SEALED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}


def pages(server: MailServer) -> Starlette:
    """The app that shows what the server holds."""

    async def listing(request: Request) -> Response:
        items = "".join(
            f'<li><a href="/mails/{mail.number}">{escape(str(mail.message["Subject"]))}</a>'
            f" to {escape(', '.join(mail.recipients))}</li>"
            for mail in reversed(server.taken)
        )
        return HTMLResponse(
            _PAGE.format(title="Mail taken", body=f"<ul>{items or '<li>None yet.</li>'}</ul>")
        )

    async def one(request: Request) -> Response:
        mail = _found(server, request)
        if mail is None:
            return PlainTextResponse("no such mail", 404)
        base = f"/mails/{mail.number}/parts"
        parts = "".join(
            f'<li><a href="{base}/{place}">{escape(part.get_filename() or "part")}</a></li>'
            for place, part in enumerate(_attachments(mail.message))
        )
        plain = mail.message.get_body(("plain",))
        text = plain.get_content() if plain else ""
        fields = "".join(
            f"<li>{name}: {escape(str(mail.message[name]))}</li>"
            for name in ("From", "To", "Date", "Message-ID")
        )
        body = (
            f'<ul>{fields}{parts}</ul><iframe title="As it is seen" src="/mails/{mail.number}/html"></iframe>'
            f"<h2>Plain text</h2><pre>{escape(text)}</pre>"
        )
        return HTMLResponse(_PAGE.format(title=escape(str(mail.message["Subject"])), body=body))

    async def html(request: Request) -> Response:
        mail = _found(server, request)
        found = mail.message.get_body(("html",)) if mail else None
        if found is None:
            return PlainTextResponse("no such mail", 404)
        return HTMLResponse(found.get_content(), headers=_SEALED)

    async def part(request: Request) -> Response:
        mail = _found(server, request)
        parts = _attachments(mail.message) if mail else []
        place = request.path_params["place"]
        if place >= len(parts):
            return PlainTextResponse("no such part", 404)
        content = parts[place].get_payload(decode=True)
        assert isinstance(content, bytes)
        return Response(content, media_type=parts[place].get_content_type())

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/mails/{number:int}", one),
            Route("/mails/{number:int}/html", html),
            Route("/mails/{number:int}/parts/{place:int}", part),
        ]
    )


def _found(server: MailServer, request: Request) -> Taken | None:
    number = int(request.path_params["number"])
    return server.taken[number - 1] if 1 <= number <= len(server.taken) else None


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.iter_attachments() if isinstance(part, EmailMessage)]
