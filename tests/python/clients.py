"""One POST of JSON through each client: (status, body)."""
import json
from typing import Any, Tuple

import httpx
import requests
import urllib3

_JSON = {"content-type": "application/json"}


def via_httpx(url: str, sent: Any) -> Tuple[int, bytes]:
    with httpx.Client() as client:
        response = client.post(url, json=sent)
    return response.status_code, response.content


def via_requests(url: str, sent: Any) -> Tuple[int, bytes]:
    with requests.Session() as session:
        response = session.post(url, json=sent)
    return response.status_code, response.content


def via_requests_in_pieces(url: str, sent: Any) -> Tuple[int, bytes]:
    with requests.Session() as session:
        response = session.post(url, json=sent, stream=True)
        return response.status_code, b"".join(response.iter_content(None))


def via_urllib3(url: str, sent: Any) -> Tuple[int, bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", url, body=json.dumps(sent).encode(), headers=_JSON)
    return response.status, response.data


def via_urllib3_in_pieces(url: str, sent: Any) -> Tuple[int, bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", url, body=json.dumps(sent).encode(), headers=_JSON, preload_content=False)
        return response.status, b"".join(response.stream(100))
