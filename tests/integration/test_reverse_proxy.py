"""The proxy files of the guide work as printed, and a client cannot claim another address."""

import shutil
import ssl
import subprocess

import httpx
import pytest

from tests.support import nginx
from tests.support.server import free_port
from tests.support.serving import PASSWORD, with_people

NAME = "rank.example.org"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("proxied") / "home"
    one = with_people(home, RERANKER_UI_TRUSTED_PROXIES="127.0.0.1")
    yield one.start()
    one.kill()


@pytest.fixture(scope="module")
def site(server, tmp_path_factory):
    """The address of the guide's nginx file, with ports and certificate of this test."""
    nginx.program()
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={NAME}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    text = nginx.block("nginx")
    for old, new in {
        "443": f"127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "7860": str(server.port),
        f"/etc/letsencrypt/live/{NAME}/fullchain.pem": f"{folder}/cert.pem",
        f"/etc/letsencrypt/live/{NAME}/privkey.pem": f"{folder}/key.pem",
    }.items():
        assert old in text
        text = text.replace(old, new)
    address = f"https://127.0.0.1:{port}"
    with nginx.running(folder, text, f"{address}/login"):
        yield address


def client(site, **headers) -> httpx.Client:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    headers = {"host": NAME, **headers}
    return httpx.Client(base_url=site, verify=trusting, headers=headers, timeout=60)


def sign_in(browser, name, password=PASSWORD):
    return browser.post("/login", data={"name": name, "password": password},
                        headers={"origin": f"https://{NAME}"})  # fmt: skip


def test_people_sign_in_over_https_and_use_the_page(site):
    browser = client(site)
    answer = sign_in(browser, "admin")
    assert answer.status_code == 303 and "Secure" in answer.headers["set-cookie"]
    cookies = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    config = browser.get("/config", headers=cookies).json()
    rankers = next(one for one in config["dependencies"] if one["api_name"] == "rankers")
    body = {"fn_index": rankers["id"], "session_hash": "proxied", "data": []}
    assert browser.post("/gradio_api/queue/join", json=body, headers=cookies).status_code == 200
    address = "/gradio_api/queue/data?session_hash=proxied"
    with browser.stream("GET", address, headers=cookies) as lines:
        assert any("process_completed" in line for line in lines.iter_lines())
    large = {"files": ("large.csv", b"x" * 3_000_000)}  # more than nginx takes by itself
    assert browser.post("/gradio_api/upload", files=large, headers=cookies).status_code == 200


def test_a_client_cannot_claim_another_address(site):
    answers = [
        sign_in(client(site, **{"x-forwarded-for": f"10.0.0.{number}"}), "viewer", "guess")
        for number in range(8)
    ]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 3


def test_without_a_trusted_proxy_no_forwarded_address_is_believed(tmp_path):
    one = with_people(tmp_path / "home")
    one.start()
    try:
        answers = [
            httpx.post(f"{one.url}/login", data={"name": "viewer", "password": "guess"},
                       headers={"x-forwarded-for": f"10.0.0.{number}"}, timeout=60)
            for number in range(7)
        ]  # fmt: skip
    finally:
        one.kill()
    assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 2
    assert "RERANKER_UI_TRUSTED_PROXIES" in (tmp_path / "home.log").read_text()


def test_the_caddy_file_is_valid(tmp_path):
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("no Caddy on this machine")
    file = tmp_path / "Caddyfile"
    file.write_text(nginx.block("caddy"))
    done = subprocess.run([caddy, "validate", "--config", file], capture_output=True, text=True,
                          env={"HOME": str(tmp_path)})  # fmt: skip
    assert done.returncode == 0, done.stderr
