"""A long way to a TLS server: what a shop's connection to Stripe takes, on one machine.

Bytes travel half a round trip in each direction. A new connection pays its TCP handshake with one
more round trip, and its TLS handshake by itself, because that is real.
"""

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHUNK = 65536
TICK = 1e-6  # seconds, keeps what was read in order


class Wire:
    """Listens for TLS connections, which reach a plain HTTP server after a while.

    :param int far_port: of the HTTP server on this machine
    :param Certificates certificates: with which the far end shows who it is
    :ivar float round_trip: seconds, can be changed at any time
    :ivar int connections: how many were opened so far
    """

    def __init__(self, far_port, certificates):
        self.round_trip = 0.0
        self.connections = 0
        self.port = None
        self._far_port = far_port
        self._certificates = certificates
        self._writers = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()

    def start(self):
        """Listen on a free port of loopback, in a thread of its own."""
        threading.Thread(target=self._run, name="wire", daemon=True).start()
        self._ready.wait(10)

    def hang_up(self):
        """Close all connections, as the far end does with those that were idle for long."""
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in self._writers])

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()

    async def _listen(self):
        context = self._certificates.server_context()
        far_end = await asyncio.start_server(self._serve_tls, "127.0.0.1", 0, ssl=context)
        self._tls_port = far_end.sockets[0].getsockname()[1]
        near_end = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        self.port = near_end.sockets[0].getsockname()[1]
        self._ready.set()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        self.connections += 1
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._tls_port)
            await asyncio.gather(
                self._carry(reader, far_writer, delay=self.round_trip),
                self._carry(far_reader, writer),
            )
        self._writers.discard(writer)
        writer.close()

    async def _carry(self, source, target, delay=0.0):
        """Copy one direction; `delay` is added to the first bytes alone."""
        last = 0.0
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK):
                last = max(self._loop.time() + delay + self.round_trip / 2, last + TICK)
                self._loop.call_at(last, target.write, chunk)
                delay = 0.0
        self._loop.call_at(max(last + TICK, self._loop.time()), target.close)

    async def _serve_tls(self, reader, writer):
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far_port)
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        writer.close()


async def _copy(source, target):
    with contextlib.suppress(OSError):
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    target.close()


class Certificates:
    """A certificate authority of our own and the certificate of some hosts.

    :param folder: where the files go
    :param hosts: names that the certificate is for
    """

    def __init__(self, folder, hosts):
        folder.mkdir(parents=True, exist_ok=True)
        self.authority = folder / "authority.pem"
        self._chain = folder / "server.pem"
        authority_key = ec.generate_private_key(ec.SECP256R1())
        authority = _certificate("Benchmark authority", authority_key, is_authority=True)
        self.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _certificate(hosts[0], key, issuer=authority, issuer_key=authority_key, hosts=hosts)
        self._chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
        )

    def server_context(self):
        """Return the TLS context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._chain)
        return context


def _certificate(name, key, *, issuer=None, issuer_key=None, hosts=(), is_authority=False):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    issuer_key = issuer_key or key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if is_authority:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        names = [x509.DNSName(host) for host in hosts]
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
