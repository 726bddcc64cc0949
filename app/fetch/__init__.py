"""Pictures by URL: the only place that calls out, and only if the settings say so.

failures     why a URL was not fetched, without a word of what the other side said
plain_urls   text → scheme, name, port and path, or a refusal; nothing clever is understood
reach        which addresses on the internet may be connected to
names        names → addresses, in threads of their own
connecting   a name → a connection to an address that was checked, and to no other
fetcher      a URL → the bytes behind it, within time, size and redirects
"""
