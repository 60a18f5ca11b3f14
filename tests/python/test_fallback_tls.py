"""Another host over TLS, directly and through the client's own proxy: its trust is the client's, and nothing is sent where there is none."""
import asyncio
import http.client
import json
import ssl

import aiohttp
import httpx
import pytest
import requests
import urllib3
from tls_relay import Relay, certificate

from iron_cage import Fallback, Protection, ReliabilityConfig, _engine
from iron_cage.testing import ProviderSimulator, Reply

BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}).encode()
HEADERS = {"content-type": "application/json", "authorization": "Bearer first"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


def trusting(trusted):
    return ssl.create_default_context(cafile=trusted) if trusted else ssl.create_default_context()


def by_httpx(url, trusted, proxy):
    options = {} if proxy is None else {"proxies" if httpx.__version__ < "0.26" else "proxy": proxy}
    with httpx.Client(verify=trusting(trusted), **options) as client:
        return client.post(url, content=BODY, headers=HEADERS).content


def by_async_httpx(url, trusted, proxy):
    async def main():
        options = {} if proxy is None else {"proxies" if httpx.__version__ < "0.26" else "proxy": proxy}
        async with httpx.AsyncClient(verify=trusting(trusted), **options) as client:
            return (await client.post(url, content=BODY, headers=HEADERS)).content

    return asyncio.run(main())


def by_aiohttp(url, trusted, proxy):
    async def main():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting(trusted))) as session:
            async with session.post(url, data=BODY, headers=HEADERS, proxy=proxy) as response:
                return await response.read()

    return asyncio.run(main())


def by_requests(url, trusted, proxy):
    return requests.post(url, data=BODY, headers=HEADERS, verify=trusted or True, proxies={"https": proxy} if proxy else None, timeout=60).content


def by_urllib3(url, trusted, proxy):
    options = {"ca_certs": trusted, "cert_reqs": "CERT_REQUIRED", "retries": False}
    pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    return pool.request("POST", url, body=BODY, headers=HEADERS).data


def by_http_client(url, trusted, proxy):
    host, path = url.split("/", 3)[2:]
    connection = http.client.HTTPSConnection(proxy.partition("//")[2] if proxy else host, context=trusting(trusted), timeout=60)
    if proxy:
        connection.set_tunnel(host)
    try:
        connection.request("POST", "/" + path, BODY, HEADERS)
        return connection.getresponse().read()
    finally:
        connection.close()


SENDERS = {"httpx": by_httpx, "httpx-async": by_async_httpx, "aiohttp": by_aiohttp, "requests": by_requests, "urllib3": by_urllib3, "http.client": by_http_client}


@pytest.mark.parametrize("tunnels", [False, True], ids=["directly", "by a proxy"])
@pytest.mark.parametrize("send", SENDERS.values(), ids=list(SENDERS))
def test_another_host_over_tls(send, tunnels, files, tmp_path):
    with ProviderSimulator() as sim, ProviderSimulator() as other, Relay(sim.port, files) as first, Relay(other.port, files) as second, Relay() as proxy:
        _engine.add_hosts(f"127.0.0.1:{first.port}=openai,127.0.0.1:{second.port}=openai")
        sim.reply, other.reply = Reply(status=503), "from the other"
        url = f"https://127.0.0.1:{first.port}/v1/chat/completions"
        way = f"http://127.0.0.1:{proxy.port}" if tunnels else None
        protection = Protection(budget_usd=1, reliability=ReliabilityConfig(max_retries=0, fallback={"gpt-4o": Fallback(f"https://127.0.0.1:{second.port}/v1", api_key="second")}))
        with protection:
            assert b"from the other" in send(url, files[0], way)
        assert proxy.asked == ([f"127.0.0.1:{first.port}", f"127.0.0.1:{second.port}"] if tunnels else [])
        assert [one.headers["authorization"] for one in (*sim.log, *other.log)] == ["Bearer first", "Bearer second"]
        assert protection.report().spent_usd == other.bill({"gpt-4o": ("2.5", "1.25", "10")}) > 0


@pytest.mark.parametrize("send", SENDERS.values(), ids=list(SENDERS))
def test_one_that_the_client_does_not_trust_gets_nothing(send, files, tmp_path_factory):
    stranger = certificate(tmp_path_factory.mktemp("stranger"))
    with ProviderSimulator() as sim, ProviderSimulator() as other, Relay(sim.port, files) as first, Relay(other.port, stranger) as second:
        _engine.add_hosts(f"127.0.0.1:{first.port}=openai,127.0.0.1:{second.port}=openai")
        sim.reply = Reply(status=503)
        protection = Protection(budget_usd=1, reliability=ReliabilityConfig(max_retries=0, fallback={"gpt-4o": Fallback(f"https://127.0.0.1:{second.port}/v1", api_key="second")}))
        with protection:
            with pytest.raises(Exception, match="(?i)certificate|ssl"):
                send(f"https://127.0.0.1:{first.port}/v1/chat/completions", files[0], None)
        assert (len(sim.log), len(other.log), protection.report().held_usd, protection.report().spent_usd) == (1, 0, 0, 0)
