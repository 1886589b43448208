"""The gateway's connections, over TLS to a server of this machine."""

import contextlib
import datetime
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import certifi
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stripe_terminal.gateway import PooledAdapter


class Handler(BaseHTTPRequestHandler):
    """Answers, and closes the connection."""

    def do_GET(self):
        """Answer "{}"."""
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args):
        """Say nothing."""


def write_certificate(path, host):
    """Write a new key and its self-signed certificate for a host to a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )


@contextlib.contextmanager
def serving(certificate):
    """Yield the address of an HTTPS server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def session():
    """A session as the gateway has it."""
    with requests.Session() as made:
        made.mount("https://", PooledAdapter())
        yield made


@pytest.fixture
def certificate(tmp_path):
    """A server's certificate, which is its own authority."""
    path = tmp_path / "server.pem"
    write_certificate(path, x509.IPAddress(ip_address("127.0.0.1")))
    return path


def test_authorities_are_read_once(session, certificate):
    with serving(certificate) as address:
        assert session.get(address, verify=str(certificate), timeout=5).json() == {}
        certificate.unlink()
        assert session.get(address, verify=str(certificate), timeout=5).json() == {}


def test_an_unknown_authority_is_refused(session, certificate):
    with serving(certificate) as address, pytest.raises(requests.exceptions.SSLError):
        session.get(address, verify=certifi.where(), timeout=5)


def test_a_certificate_for_another_host_is_refused(session, tmp_path):
    path = tmp_path / "other.pem"
    write_certificate(path, x509.DNSName("api.example.com"))
    with serving(path) as address, pytest.raises(requests.exceptions.SSLError):
        session.get(address, verify=str(path), timeout=5)
