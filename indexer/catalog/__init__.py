"""The catalog of a collection: one SQLite file, and the only importers of `sqlite3`.

Read half (the service may import it):
    records     what the catalog gives out: Item, SkippedFile, GenerationRecord
    connection  opening the file, transactions, a pool of readers
    schema      the tables, as a ladder of versions
    schema_hashes  its rung of hashes by which duplicates are known
    schema_touched its rung of touched files: what publishing has to look at
    schema_trust   its rung of manifests, checksums and digests
    schema_captions  its rung of captions as texts of their own
    schema_metadata  its rung of what filters and keyword search read
    schema_digests its rung of digests of the indexer's own rows
    contents    the contents of a generation, as duplicates are found among them
    reader      rows for hits, generations, skipped files
    manifest    a generation as a text
    digests     a digest of every published row
    row_inspection rows that are not as they were written
    inspection  reads a whole catalog and says what is wrong with it
    metadata    which items one condition names, and what values a field has
    words       keyword search over captions
    caption_inspection  whose captions the texts are, held against the items
    texts       the texts of captions, and which pictures have them

Write half (the indexer only):
    files       what is known of source files, their contents and embeddings; committed in batches
    salvage     a file that cannot be read: put aside, and what can be read of it
    mending     rows that were altered: forgotten, so that they are made again
    vector_rows which rows of the segments are valid, and their checksums
    look        what sources list, compared with what is known of it, as it is listed
    seen        which known files a look has come across
    scan        one look at the sources: what must be read, what left, what stays
    merging     captions and metadata that several rows give one file, as functions for SQL
    differences how two generations differ
    staging     the items of the next generation, compared with the last: what changed
    captions    the captions of the next generation as texts: new, gone, without an embedding
    publication the one transaction that makes a generation current
    facts       forgetting what files say of themselves
    retention   dropping the rows of generations that nobody needs any more
"""
