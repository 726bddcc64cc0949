"""Saved sets of class names whose zero-shot result is a field of the collection: `tags.NAME`.

Read half (the service may import it):
    sets      the sets of a collection: saved, listed, removed; one file each
    columns   which picture of a generation has which tag: a file beside its index

Write half (the index run; the service never imports it):
    tagging   a generation's tags: kept for what is known, computed for what is new
"""
