"""One POST through each client that is hooked: (status, headers with names in lower case, body). Errors are the client's own."""
import asyncio
import http.client
import json
from typing import Any, Awaitable, Callable, Dict, Mapping, Optional, Tuple

import aiohttp
import httpx
import requests
import urllib3

Answer = Tuple[int, Dict[str, str], bytes]
Sender = Callable[..., Answer]

_JSON = {"content-type": "application/json"}


def lower(headers: Mapping[str, str]) -> Dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def via_httpx(url: str, sent: Any, timeout: Optional[float] = None, headers: Mapping[str, str] = _JSON) -> Answer:
    with httpx.Client(timeout=timeout) as client:
        response = client.post(url, content=json.dumps(sent).encode(), headers=headers)
    return response.status_code, lower(response.headers), response.content


async def in_httpx(url: str, sent: Any, timeout: Optional[float] = None, headers: Mapping[str, str] = _JSON) -> Answer:
    async with httpx.AsyncClient(timeout=timeout) as client:
        response = await client.post(url, content=json.dumps(sent).encode(), headers=headers)
    return response.status_code, lower(response.headers), response.content


async def in_aiohttp(url: str, sent: Any, timeout: Optional[float] = None, headers: Mapping[str, str] = _JSON) -> Answer:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=timeout)) as session:
        async with session.post(url, data=json.dumps(sent).encode(), headers=headers) as response:
            return response.status, lower(response.headers), await response.read()


def via_requests(url: str, sent: Any, timeout: Optional[float] = None, headers: Mapping[str, str] = _JSON) -> Answer:
    with requests.Session() as session:
        response = session.post(url, data=json.dumps(sent).encode(), headers=dict(headers), timeout=timeout)
    return response.status_code, lower(response.headers), response.content


def via_urllib3(url: str, sent: Any, timeout: Optional[float] = None, headers: Mapping[str, str] = _JSON) -> Answer:
    with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
        response = pool.request("POST", url, body=json.dumps(sent).encode(), headers=dict(headers))
    return response.status, lower(response.headers), response.data


def via_http_client(url: str, sent: Any, timeout: Optional[float] = None, headers: Mapping[str, str] = _JSON) -> Answer:
    host, path = url.split("/", 3)[2:]
    connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        connection.request("POST", "/" + path, json.dumps(sent).encode(), dict(headers))
        response = connection.getresponse()
        return response.status, lower(dict(response.headers)), response.read()
    finally:
        connection.close()


def running(work: Callable[..., Awaitable[Answer]]) -> Sender:
    """An async one, on a loop of its own."""

    def send(*arguments: Any, **options: Any) -> Answer:
        async def main() -> Answer:
            return await work(*arguments, **options)

        return asyncio.run(main())

    return send


SENDERS: Dict[str, Sender] = {
    "httpx": via_httpx, "httpx-async": running(in_httpx), "aiohttp": running(in_aiohttp), "requests": via_requests, "urllib3": via_urllib3, "http.client": via_http_client,
}
