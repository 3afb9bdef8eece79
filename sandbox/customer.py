"""A customer at the page of an order, as a browser without scripts: opens the link, sends the form."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import httpx


def answer(link: str, choice: str) -> str:
    """The customer opens the link and answers 'ship_now' or 'wait'; what the page says then, as plain text.

    LookupError: the page asks nothing (any more), or is not shown.
    """
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        page = browser.get(link)
        form = re.search(r'<form method="post" action="([^"]*)">', page.text)
        seen = re.search(r'name="form" value="([^"]*)"', page.text)
        if not form or not seen:
            raise LookupError(f"the page of the order asks nothing (status {page.status_code})")
        target = urljoin(link, unescape(form[1]))
        told = browser.post(target, data={"form": seen[1], "choice": choice})
        main = re.search(r"<main.*?</main>", told.text, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", main[0] if main else "")).split())
