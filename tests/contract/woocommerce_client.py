"""A bare WooCommerce client for the contract suite, which makes records and takes them away again."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from uuid import uuid4

import httpx
from oauthlib import oauth1

from connections.connection import Connection
from tests.contract.odoo_client import trust


class Signed(httpx.Auth):
    """OAuth 1.0a in the query: what WooCommerce takes over plain http."""

    def __init__(self, key: str, secret: str) -> None:
        self._client = oauth1.Client(
            key, secret, signature_method="HMAC-SHA256", signature_type=oauth1.SIGNATURE_TYPE_QUERY
        )

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with its signature."""
        request.url = httpx.URL(self._client.sign(str(request.url), http_method=request.method)[0])
        yield request


def sign_in(connection: Connection) -> httpx.Auth:
    """How that connection's key signs in."""
    sign = Signed if connection.scheme == "http" else httpx.BasicAuth
    return sign(connection.login, connection.password)


def unsigned(path: str) -> str:
    """A path without the signature in its query."""
    plain, _, query = path.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("oauth_")]
    return "?".join(filter(None, (plain, "&".join(kept))))


class Shop:
    """One WooCommerce, called without any code of ours in between."""

    def __init__(self, connection: Connection, tag: str) -> None:
        self.connection = connection
        self.tag = tag
        self._made: list[str] = []
        self.client = self.another(connection.login, connection.password)

    def another(self, key: str, secret: str) -> httpx.Client:
        """A client that signs in so."""
        is_plain = self.connection.scheme == "http"
        return httpx.Client(
            base_url=self.connection.url + str(self.connection.extra.get("base_path", "/wp-json/wc/v3")),
            auth=Signed(key, secret) if is_plain else (key, secret),
            verify=trust(self.connection),
            timeout=120,
        )

    def send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """The answer as it is."""
        return self.client.request(method, path, **content)

    def get(self, path: str, **params: Any) -> Any:
        """The body of a GET that must work."""
        answer = self.send("GET", path, params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def put(self, path: str, **fields: Any) -> dict[str, Any]:
        """The record after a change that must work."""
        answer = self.send("PUT", path, json=fields)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        changed: dict[str, Any] = answer.json()
        return changed

    def make(self, path: str, **fields: Any) -> dict[str, Any]:
        """A new record, which is deleted at the end."""
        answer = self.send("POST", path, json=fields)
        assert answer.status_code == 201, f"{path}: {answer.status_code} {answer.text[:300]}"
        made: dict[str, Any] = answer.json()
        self._made.append(f"{path}/{made['id']}")
        return made

    def delete(self, path: str, *, for_good: bool = True) -> dict[str, Any]:
        """What DELETE answers."""
        answer = self.send("DELETE", path, params={"force": "true"} if for_good else {})
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        deleted: dict[str, Any] = answer.json()
        return deleted

    def refused(self, method: str, path: str, **content: Any) -> tuple[int, str]:
        """Status and code of a request that must fail."""
        answer = self.send(method, path, **content)
        assert answer.status_code >= 400, f"{path} was expected to fail, and gave {answer.text[:300]}"
        body = answer.json()
        assert {"code", "message", "data"} <= set(body)
        return answer.status_code, body["code"]

    def sku(self) -> str:
        """A new one."""
        return f"{self.tag}-{uuid4().hex[:8]}"

    def product(self, **fields: Any) -> dict[str, Any]:
        """A new simple product whose stock is managed: 10.00, ten of them."""
        sku = self.sku()
        given = {"name": f"Contract {sku}", "sku": sku, "type": "simple", "regular_price": "10.00"}
        return self.make("/products", **{**given, "manage_stock": True, "stock_quantity": 10, **fields})

    def variation(self, **fields: Any) -> dict[str, Any]:
        """A new variation of a new variable product; `parent_id` names it."""
        attribute = {"name": "Colour", "variation": True, "visible": True, "options": ["Red", "Blue"]}
        parent = self.make(
            "/products", name=f"Contract {self.sku()}", type="variable", attributes=[attribute]
        )
        option = {"name": "Colour", "option": "Red"}
        given = {"sku": self.sku(), "regular_price": "12.00", "attributes": [option]}
        path = f"/products/{parent['id']}/variations"
        made = self.make(path, **{**given, "manage_stock": True, "stock_quantity": 5, **fields})
        return {**made, "parent_id": parent["id"]}

    def order(self, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A new order from Ontario."""
        address = {
            "first_name": "Ada",
            "last_name": self.tag,
            "country": "CA",
            "state": "ON",
            "city": "Toronto",
        }
        return self.make(
            "/orders",
            **{
                "payment_method": "bacs",
                "billing": {**address, "email": f"{self.tag}@example.com"},
                "shipping": address,
                "line_items": list(lines),
                **fields,
            },
        )

    def tidy(self) -> None:
        """What was made is gone for good."""
        for path in reversed(self._made):
            self.send("DELETE", path, params={"force": "true"})
