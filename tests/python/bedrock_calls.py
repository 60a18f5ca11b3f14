"""What tests of Bedrock over plain HTTP clients have in common: an API key, texts, and a POST."""
import json

import httpx
import pytest
import urllib3

LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
MAIL = "jane.doe@example.com"
KEY = {"authorization": "Bearer bedrock-api-key-x", "content-type": "application/json"}


def url_of(sim, how, model):
    return f"{sim.url}/model/{model.replace(':', '%3A').replace('/', '%2F')}/{how}"


def via_httpx(where, sent):
    with httpx.Client() as client:
        response = client.post(where, content=json.dumps(sent), headers=KEY)
    return response.status_code, response.content


def via_urllib3(where, sent):
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request("POST", where, body=json.dumps(sent), headers=KEY)
    return response.status, response.data


CLIENTS = pytest.mark.parametrize("send", [via_httpx, via_urllib3], ids=["httpx", "urllib3"])
