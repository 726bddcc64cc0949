"""From picture files to a published, searchable generation, and reading one back.

Read half (the service may import it):
    errors        the IndexerError tree
    text_errors   its branch of captions, vocabularies and tags
    config        IndexConfig: where a collection lives, how it is indexed; list_collections
    locations     paths as URIs and back
    originals     a picture's bytes by its URI, wherever they lie
    reading       a local file's bytes, without ever hanging
    content_hash  the hash by which a content is known
    storage       anything that fsspec opens (the only door to fsspec)
    stored_file   a file as a store describes it
    shard_index   what is kept of a tar shard: where its members lie
    catalog       SQLite: items, skipped files, generations (package; the only door to sqlite3)
    vector_index  nearest neighbours (package; the only door to faiss)
    gate_result   what the recall gate found, as a manifest carries it
    vector_store  append-only segments of unit vectors
    generation    one published generation: opened, verified, held
    generations   the kept generations: listed, verified, gone back to, pruned
    disk_need     how much disk a change of model takes
    verification  what of a generation is not as it was published
    sidecars      the files of duplicates, of uploads and of jobs: verified and mended
    thumbnail_seal  a thumbnail's own checksum
    dropping      dropping old generations, rows first, then files
    index_files   the files of a generation's index: opened, shared, compared
    merge_policy  when changes are put in front of an index, and when merged into it
    locking       the one writer of a collection
    searcher      embeddings → hits with metadata
    caption_search  captions, by what they mean
    ranking       rankings by embeddings and by words → one
    filters       which pictures to search, by their metadata; counts of its values (package)
    vocabularies  lists of texts that users add (package, both halves)
    tags          class names that pictures are tagged with (package, both halves)
    picture_map   a place on a plane for every picture (package, both halves)
    duplicates    the same picture more than once (package)
    durability    making files survive a power cut
    timestamps    the time as every table writes it
    uploads       pictures that clients put: their bytes (read half), into a generation (package)
    jobs          indexing as jobs: the table (read half) and the worker (write half) (package)

Write half (the batch job; the service never imports it):
    sources       folders, manifests, shards, object stores → the files they list (package)
    found         a file as a source lists it
    manifests     CSV, JSONL and Parquet → rows with captions and metadata
    parquet       Parquet → plain rows (the only door to pyarrow)
    changes       sources against catalog → what has to be read
    tar_members   the members of a tar archive, damaged or not
    recognition   renamed, moved and touched files: read and hashed, never decoded
    lookahead     a function over many values in threads, a bounded number ahead
    pipeline      read → decode pool → batches → encode → commit
    encoding      a batch → embeddings, though one picture of it fails
    thumbnails    small JPEGs by content hash
    publisher     the one place where a generation becomes current
    belated       what a new generation would have, though no file has changed
    caption_part  the captions of a generation, embedded and indexed
    staged_vectors  what is staged for an index, as a protocol
    parts         the index files of a new generation: written, or linked
    base_part     the base of an index, and of which kind it is
    upkeep        embeddings that are not as they were written
    recovery      opening the catalog also where it is damaged
    recall_gate   builds an index and lets it through only if it finds what it should
    gate_queries  the texts and pictures that the recall gate asks
    watching      sources that are watched: what happens in them → index runs
    builder       one index run, from lock to summary
    progress      how a run tells its caller how far it is
    gallery       drawn pictures with captions, for trying and for tests
"""
