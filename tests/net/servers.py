# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers of tests/net: Debian's own, each in a directory of its own and on ports that are free, and one that does wrong."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


class Programs:
    """What was started, ended again by its own process id."""

    def __init__(self):
        self.running = []

    def start(self, *words, port=None, **more):
        program = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
        self.running.append(program)
        if port:
            wait_for(port)
        return program

    def end(self):
        for program in self.running:
            program.send_signal(signal.SIGTERM)
        for program in self.running:
            try:
                program.wait(5)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


# --- certificates ---------------------------------------------------------------------------------


class Authority:
    """A certificate authority, and what it signs; openssl makes them as administrators do."""

    def __init__(self, place: pathlib.Path):
        self.place = place
        place.mkdir()
        self.file = place / "ca.pem"
        self.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", place / "ca.key", "-out", self.file, "-days", "30",
                 "-subj", "/CN=tests of ddload")

    @staticmethod
    def run(*words, given=None) -> bytes:
        return subprocess.run(["openssl", *map(str, words)], check=True, input=given, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout

    def sign(self, name: str, names: str, kind: str = "rsa:2048", days: str = "30") -> pathlib.Path:
        """Key and certificate for these names, in one file."""
        key, request, file, extra = (self.place / (name + end) for end in (".key", ".csr", ".pem", ".ext"))
        if file.exists():
            return file
        new = ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{kind}"] if ":" not in kind else ["-newkey", kind]
        self.run("req", *new, "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        extra.write_text(f"subjectAltName={names}\n")
        self.run("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.place / "ca.key", "-CAcreateserial", "-out", file,
                 "-days", days, "-extfile", extra)
        file.write_text(file.read_text() + key.read_text())
        return file

    def pin(self, file: pathlib.Path) -> str:
        public = self.run("x509", "-in", file, "-pubkey", "-noout")
        binary = self.run("pkey", "-pubin", "-outform", "der", given=public)
        digest = self.run("dgst", "-sha256", "-binary", given=binary)
        return "sha256//" + self.run("base64", given=digest).decode().strip()


# --- nginx ----------------------------------------------------------------------------------------

NGINX = """
daemon off; pid {place}/pid; error_log {place}/error; worker_processes 1; {user}
events {{ }}
http {{
    types {{ }} default_type application/octet-stream;
    client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3; uwsgi_temp_path {place}/t4;
    scgi_temp_path {place}/t5;
    log_format counted '$server_port $status $body_bytes_sent "$request_uri" "$http_range" "$http_authorization"';
    access_log {place}/access counted;
    server {{
        listen {host}:{http}; listen [::1]:{http}; root {files};
        location /whole/ {{ alias {files}/; max_ranges 0; }}
        location /closed/ {{ alias {files}/; auth_basic "x"; auth_basic_user_file {place}/users; }}
        location /to-tls/ {{ rewrite ^/to-tls/(.*)$ https://localhost:{rsa}/$1 redirect; }}
        location /moved/ {{ rewrite ^/moved/(.*)$ /$1 permanent; }}
        location /elsewhere/ {{ rewrite ^/elsewhere/(.*)$ http://localhost:{http}/closed/$1 redirect; }}
        location ~ ^/hops/([0-9]+)/ {{ return 302 {hops}; }}
    }}
    server {{
        listen {host}:{rsa} ssl; root {files}; ssl_certificate {rsa_file}; ssl_certificate_key {rsa_file};
        location /down/ {{ rewrite ^/down/(.*)$ http://localhost:{http}/$1 redirect; }}
    }}
    server {{ listen {host}:{tls12} ssl; root {files}; ssl_certificate {rsa_file}; ssl_certificate_key {rsa_file}; ssl_protocols TLSv1.2; }}
    server {{ listen {host}:{ecdsa} ssl; root {files}; ssl_certificate {ecdsa_file}; ssl_certificate_key {ecdsa_file}; }}
    server {{ listen {host}:{other} ssl; root {files}; ssl_certificate {other_file}; ssl_certificate_key {other_file}; }}
    server {{ listen {host}:{old} ssl; root {files}; ssl_certificate {old_file}; ssl_certificate_key {old_file}; }}
}}
"""


class Nginx:
    PORTS = ("http", "rsa", "tls12", "ecdsa", "other", "old")

    def __init__(self, programs: Programs, place: pathlib.Path, files: pathlib.Path, authority: Authority):
        place.mkdir()
        self.place = place
        self.ports = {name: free_port() for name in self.PORTS}
        self.rsa_file = authority.sign("rsa", "DNS:localhost,IP:127.0.0.1")
        (place / "users").write_text("user:{PLAIN}secret%word\n")
        (place / "conf").write_text(NGINX.format(
            place=place, files=files, host=HOST, hops="/megaraid-sas.iso", rsa_file=self.rsa_file,
            ecdsa_file=authority.sign("ecdsa", "DNS:localhost", "prime256v1"),
            other_file=authority.sign("other", "DNS:another.example"), old_file=authority.sign("old", "DNS:localhost", days="-1"),
            user="user root;" if os.geteuid() == 0 else "", **self.ports))
        programs.start("nginx", "-c", str(place / "conf"), "-e", str(place / "error"), port=self.ports["http"])

    def url(self, path: str, port: str = "http", host: str = HOST, login: str = "") -> str:
        return f"{'http' if port == 'http' else 'https'}://{login}{host}:{self.ports[port]}/{path}"

    def requests(self) -> list[str]:
        """Since the last call."""
        log = self.place / "access"
        time.sleep(0.02)  # it is written after the answer
        lines = log.read_text().splitlines()
        with log.open("w"):
            pass
        return lines

    @staticmethod
    def bytes_of(lines: list[str]) -> int:
        return sum(int(line.split()[2]) for line in lines)


# --- others ---------------------------------------------------------------------------------------


def ftp(programs: Programs, files: pathlib.Path) -> int:
    port = free_port()
    program = ("import sys; from pyftpdlib.authorizers import DummyAuthorizer as A; from pyftpdlib.handlers import FTPHandler as H; "
               "from pyftpdlib.servers import FTPServer as S\n"
               "a = A(); a.add_anonymous(sys.argv[2]); a.add_user('user', 'secret', sys.argv[2]); H.authorizer = a\n"
               "S(('127.0.0.1', int(sys.argv[1])), H).serve_forever()")
    programs.start(sys.executable, "-c", program, str(port), str(files), port=port)
    return port


def tftp(programs: Programs, files: pathlib.Path) -> bool:
    """On port 69, as it always is; False: that is taken, or not ours to take."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((HOST, 69))
    except OSError:
        return False
    programs.start("dnsmasq", "--keep-in-foreground", "--port=0", "--enable-tftp", f"--tftp-root={files}", "--user=root",
                   f"--listen-address={HOST}", "--bind-interfaces", "--conf-file=/dev/null", "--pid-file")
    time.sleep(0.3)
    return True


def nfs(programs: Programs, files: pathlib.Path, place: pathlib.Path) -> int | None:
    """NFS 4 by nfs-ganesha, which needs no portmapper then; None: it is not to be had here."""
    if not shutil.which("ganesha.nfsd") or os.geteuid():
        return None
    port, place = free_port(), place / "nfs"
    place.mkdir()
    (place / "conf").write_text(f"""
NFS_CORE_PARAM {{ Protocols = 4; NFS_Port = {port}; Bind_addr = {HOST}; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }}
NFS_KRB5 {{ Active_krb5 = false; }}
NFSV4 {{ Graceless = true; RecoveryRoot = {place}; }}
EXPORT {{ Export_Id = 1; Path = {files}; Pseudo = /packs; Access_Type = RO; Squash = None; SecType = sys; Protocols = 4;
          FSAL {{ Name = VFS; }} }}
""")
    programs.start("ganesha.nfsd", "-F", "-f", str(place / "conf"), "-p", str(place / "pid"), "-L", str(place / "log"))
    try:
        for _ in range(100):
            if "NFS SERVER INITIALIZED" in (place / "log").read_text(errors="replace") if (place / "log").exists() else "":
                break
            time.sleep(0.1)
        wait_for(port)
    except RuntimeError:
        return None
    return port


def proxy(programs: Programs, place: pathlib.Path) -> tuple[int, pathlib.Path]:
    port, place = free_port(), place / "tinyproxy"
    place.mkdir()
    (place / "conf").write_text(f"Port {port}\nListen {HOST}\nTimeout 60\nLogFile \"{place}/log\"\nLogLevel Connect\nMaxClients 20\n"
                                "BasicAuth proxyuser proxysecret\n")
    programs.start("tinyproxy", "-d", "-c", str(place / "conf"), port=port)
    return port, place / "log"


# --- one that does wrong --------------------------------------------------------------------------


class Faulty(socketserver.ThreadingTCPServer):
    """Its path says what it does; see the methods of Visit."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, iso: bytes):
        super().__init__((HOST, 0), Visit)
        self.iso, self.counts, self.lock = iso, {}, threading.Lock()
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self.port}/{path}"

    def count(self, path: str) -> int:
        """How often it was asked for, this time included."""
        with self.lock:
            self.counts[path] = self.counts.get(path, 0) + 1
            return self.counts[path]

    def handle_error(self, request, client_address):
        pass  # clients go when they have seen enough


class Visit(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline(65536)
                if not line:
                    return
                head += line
            self.path = head.split()[1].decode()
            found = re.search(rb"(?i)^range: *bytes=(\d+)-(\d+)", head, re.M)
            self.range = tuple(map(int, found.groups())) if found else None
            getattr(self, self.path.strip("/").split("/")[0].split(".")[0].replace("-", "_"))(self.server.count(self.path))

    def say(self, status: str, *fields: str, body: bytes = b""):
        self.wfile.write("\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode() + body)

    def part(self, data: bytes, *fields: str, keep=None):
        """The part that was asked for, or of it as much as `keep`, and then no more."""
        first, last = self.range
        last = min(last, len(data) - 1)
        body = data[first:last + 1]
        self.say("206 Partial Content", f"Content-Length: {len(body)}", f"Content-Range: bytes {first}-{last}/{len(data)}", *fields,
                 body=body[:keep])
        if keep is not None:
            raise ConnectionAbortedError

    def good(self, _):
        self.part(self.server.iso, 'ETag: "1"')

    def stall(self, _):
        self.say("200 OK", "Content-Length: 600000", body=b"x" * 1000)
        time.sleep(60)

    def silent(self, _):
        time.sleep(60)

    def short(self, _):
        self.say("200 OK", "Content-Length: 600000", body=b"x" * 1000)
        raise ConnectionAbortedError

    def halves(self, count):
        """Cut off in the midst, each time a little later: it is gone on with where it ended."""
        self.part(self.server.iso, 'ETag: "1"', keep=70000 if count < 4 else None)

    def busy(self, count):
        if count < 2:
            self.say("503 Busy", "Content-Length: 0")
        else:
            self.part(self.server.iso)

    def more(self, _):
        first, last = self.range
        self.say("206 Partial Content", "Transfer-Encoding: chunked", f"Content-Range: bytes {first}-{first + 99}/100",
                 body=b"c8\r\n" + b"x" * 200 + b"\r\n0\r\n\r\n")

    def elsewhere(self, _):
        self.say("206 Partial Content", "Content-Length: 10", "Content-Range: bytes 100-109/600000", body=b"x" * 10)

    def no_range(self, _):
        self.say("206 Partial Content", "Content-Length: 10", body=b"x" * 10)

    def changed(self, count):
        """Another file from the second request on, as its ETag says."""
        self.part(self.server.iso if count < 2 else bytes(len(self.server.iso)), f'ETag: "{count}"')

    def changed_size(self, count):
        self.part(self.server.iso if count < 2 else self.server.iso + b"x")

    def changed_whole(self, count):
        """If-Range holds no longer: all of it comes."""
        if count < 2:
            self.part(self.server.iso, 'ETag: "1"')
        else:
            self.say("200 OK", f"Content-Length: {len(self.server.iso)}", 'ETag: "2"', body=self.server.iso)

    def heads(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: " + b"x" * 500 + b"\r\n")

    def around(self, count):
        self.say("302 Found", f"Location: /around/{count}", "Content-Length: 0")

    def portal(self, _):
        body = b"<!DOCTYPE html>\n<html><head><title>Welcome, please log in</title></head></html>\n"
        self.say("200 OK", f"Content-Length: {len(body)}", "Content-Type: text/html", body=body)

    def huge(self, _):
        self.say("206 Partial Content", "Content-Length: 262144", "Content-Range: bytes 0-262143/10995116277760", body=bytes(262144))

    def huge_whole(self, _):
        self.say("200 OK", "Content-Length: 10995116277760", body=bytes(65536))
        raise ConnectionAbortedError

    def endless(self, _):
        """No length, and no end."""
        self.say("200 OK")
        while True:
            self.wfile.write(bytes(1 << 20))

    def unsized(self, _):
        self.say("200 OK", "Connection: close", body=self.server.iso)
        raise ConnectionAbortedError


def is_there(program: str) -> bool:
    return shutil.which(program) is not None
