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
    contents    the contents of a generation, as duplicates are found among them
    reader      rows for hits, generations, skipped files
    manifest    a generation as a text
    digests     a digest of every published row
    inspection  reads a whole catalog and says what is wrong with it
    metadata    which items one condition names, and what values a field has
    words       keyword search over captions
    texts       the texts of captions, and which pictures have them

Write half (the indexer only):
    files       what is known of source files, their contents and embeddings; committed in batches
    salvage     a catalog that cannot be read: put aside
    vector_rows which rows of the segments are valid, and their checksums
    scan        one look at the sources, compared with what is known: what has to be read
    merging     captions and metadata that several rows give one file, as functions for SQL
    differences how two generations differ
    staging     the items of the next generation, compared with the last: what changed
    captions    the captions of the next generation as texts: new, gone, without an embedding
    publication the one transaction that makes a generation current
    facts       forgetting what files say of themselves
    retention   dropping the rows of generations that nobody needs any more
"""
