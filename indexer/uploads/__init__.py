"""Pictures that clients put into a collection one by one; the collection keeps their bytes itself.

Read half (the service may import it):
    records   one such picture, and what became of a change
    naming    their ids and URIs
    schema    the tables of `uploads.sqlite`
    store     what was put and removed, in the order in which it was
    ownership whether a picture is a client's or a source's
    contents  the bytes, by content hash

Write half (the indexer only):
    damage    what is not as it was put: found, and mended
    taking    what was put and removed → the collection's next generation
"""
