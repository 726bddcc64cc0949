"""URLs that try to reach what they should not, by the trick that each of them plays. `{port}` is
that of a server on this machine which must never hear of them.
"""

ADDRESSES = {
    "loopback": ["127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "[::1]"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "[::]"],
    "private": ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.1.1"],
    "link-local and metadata": [
        "169.254.169.254",
        "169.254.170.2",
        "[fe80::1]",
        "[fe80::a9fe:a9fe]",
        "168.63.129.16",
        "[fd00:ec2::254]",
    ],
    "carriers": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "special": ["192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1"],
    "reserved": ["203.0.113.1", "240.0.0.1", "255.255.255.255", "192.31.196.1", "192.52.193.1"],
    "multicast": ["224.0.0.1", "239.255.255.250", "[ff02::1]", "[ff0e::1]"],
    "unique local": ["[fc00::1]", "[fd12:3456:789a::1]", "[fec0::1]"],
    "IPv4 in IPv6": [
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[0:0:0:0:0:ffff:a00:1]",
    ],
    "6to4, NAT64, Teredo, ISATAP": [
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a00:1]",
        "[2001:0:7f00:1::]",
        "[2001::1]",
        "[2606:4700::5efe:7f00:1]",
        "[2606:4700::200:5efe:7f00:1]",
    ],
    "documentation and others of IPv6": ["[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]"],
    "a zone": ["[fe80::1%25lo]", "[::1%lo]"],
}
SPELLINGS = [
    "http://2130706433:{port}/",  # decimal
    "http://0x7f000001:{port}/",  # hexadecimal
    "http://0x7f.0.0.1:{port}/",
    "http://0x7F.0x0.0x0.0x1:{port}/",
    "http://0177.0.0.1:{port}/",  # octal
    "http://017700000001:{port}/",
    "http://127.0.0.01:{port}/",
    "http://127.000.000.001:{port}/",
    "http://127.1:{port}/",  # short
    "http://127.0.1:{port}/",
    "http://0:{port}/",
    "http://127.0.0.1.:{port}/",  # trailing dot
    "http://127.0.0.1..:{port}/",
    "http://127.0.0.256:{port}/",
    "http://127.0.0.1.0:{port}/",
    "http://127.0.0.0x1:{port}/",
    "http://425.510.425.510:{port}/",  # overflowing
    "http://[::ffff:0x7f.0.0.1]:{port}/",
    "http://[127.0.0.1]:{port}/",
    "http://[::1:{port}/",
    "http://::1:{port}/",
    "http://[]:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://a.localhost:{port}/",
    "http://printer.local:{port}/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://1.0.0.127.in-addr.arpa:{port}/",
    "http://intranet:{port}/",
    "http://photos.example.com.:{port}/",
    "http://.example.com:{port}/",
    "http://photos..example.com:{port}/",
    "http://-photos.example.com:{port}/",
    "http://under_score.example.com:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",  # Unicode digits
    "http://１２７.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",  # ideographic full stops
    "http://ⓛocalhost:{port}/",
    "http://bücher.example.com:{port}/",  # names beyond ASCII
    "http://ex\u00adample.com:{port}/",
    "http://%31%32%37.0.0.1:{port}/",  # escapes
    "http://localhost%00.example.com:{port}/",
    "http://photos.example.com%2f@127.0.0.1:{port}/",
    "http://user@127.0.0.1:{port}/",  # users
    "http://user:password@127.0.0.1:{port}/",
    "http://photos.example.com@127.0.0.1:{port}/",
    "http://photos.example.com:80@127.0.0.1:{port}/",
    "http://photos.example.com#@127.0.0.1:{port}/",
    "http://photos.example.com\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@photos.example.com/",
    "http://127.0.0.1:{port}#@photos.example.com/",
    "http://photos.example.com&@127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",  # slashes
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}\\",
    "//127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",  # blanks and lines
    "http://127.0.0.1:{port}/ ",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1:{port}/\r\nX-Injected: yes",
    "http://127.0.0.1:{port}/%0d%0aX-Injected:%20yes",
    "http://photos.example.com:{port}/\r\nHost: 127.0.0.1",
    "http://127.0.0.1:{port}/\x00",
    "http://127.0.0.1:99999/",  # ports
    "http://127.0.0.1:0/",
    "http://127.0.0.1:22/",
    "http://photos.example.com:6379/",
    "http://photos.example.com:-80/",
    "http://127.0.0.1:{port}:80/",
    "file:///etc/passwd",  # schemes
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "dict://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "ldap://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "jar:http://127.0.0.1:{port}!/",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "/etc/passwd",
    "",
    "http://",
    "https://",
    "http://photos.example.com/" + "a" * 3000,
    "http://" + "a." * 200 + "com/",
    "http://" + "a" * 64 + ".example.com/",
]
# Where names lead to what must not be reached: each is resolved by a stand-in.
NAMES = {
    "loopback.example.com": ["127.0.0.1"],
    "localtest.example.com": ["::1"],
    "metadata.example.com": ["169.254.169.254"],
    "private.example.com": ["10.1.2.3"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "nat64.example.com": ["64:ff9b::7f00:1"],
    "mixed.example.com": ["93.184.215.14", "127.0.0.1"],
    "mixed-last.example.com": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::1"],
    "zone.example.com": ["fe80::1%lo"],
    "nonsense.example.com": ["not an address"],
    "nothing.example.com": [],
    "xn--bcher-kva.example.com": ["192.168.0.1"],
}


def hostile_urls(port: int) -> list[str]:
    """All of them; the port is that of the server which must not be reached."""
    literal = [
        f"{scheme}://{address}:{port}/"
        for addresses in ADDRESSES.values()
        for address in addresses
        for scheme in ("http", "https")
    ]
    spelt = [url.replace("{port}", str(port)) for url in SPELLINGS]
    return literal + spelt + [f"http://{name}:{port}/" for name in NAMES]
