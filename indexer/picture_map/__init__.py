"""A place on a plane for every picture of a generation, so that what looks alike lies together.

Read half (the service may import it):
    keys        a place as one number, in an order in which squares are ranges
    places      the files of a map: places, and what each is worth; opened, compared, written
    browsing    what is in a square of the map, and where a picture is
    collection_map  the same by the ids that clients know, with the pictures
    errors      what can go wrong with it

Write half (the index run; the service never imports it):
    organising  a self-organising map: embeddings → places that fit to each other
    axes        what new pictures are placed by, as a file
    spreading   places that fit → places of their own
    mapping     a generation's map: kept for what is known, placed for what is new
"""
