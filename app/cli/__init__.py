"""The command line: `sightline serve | index | reindex | search | classify | eval | train | …`.

    main      the entry point: registers the commands, turns domain errors into one line
    options   flags, made from the table of settings
    asking    a local model and a local collection, for search and classify
    progress  how an index run is shown: a bar on a terminal, plain lines otherwise
    jobs      `sightline jobs`, with job_schedule (`sightline jobs schedule`) and job_output
    worker    `sightline worker`: runs jobs
    keys      `sightline keys`: create, list, revoke
    questions what `sightline search` was asked → the one query, embedded here
    text_search  texts that `sightline search --target text` shows
    vocab     `sightline vocab`: add, list and remove lists of texts
    tags      `sightline tags`: add, list and remove class names that pictures are tagged with
    relevance  `sightline relevance`: fit it to a collection's captions, show what is used
    found_output  how `sightline search` shows what it found
    service_search  `sightline search --server`: asks a running service
    service_jobs    `sightline jobs --server`: the jobs and schedules of a running service
    folding   near duplicates folded in what `sightline search` shows
    duplicates  `sightline duplicates`: list, decide, and hash what has no hashes yet
    evaluate  `sightline eval`: names its commands evaluate_retrieval, evaluate_zeroshot and
              evaluate_index
    evaluation_material  manifests and folders → pictures with captions or labels
    evaluation_output    tables, JSON and reports of `sightline eval`
    training_progress    how a training run is shown
    generations  `sightline generations`: list, rollback, prune, verify
    watch     `sightline index --watch`: index whatever happens in the sources
    uploads   `sightline put` and `sightline remove`: single pictures
    reindex   `sightline reindex`: change a collection's model
    doctor    `sightline doctor`: looks for what is wrong, and says what to do
    serve, index, search, classify, train, info, gallery   one command each, which calls one
              function below

Commands import what they need when they run, so that `--help` loads neither torch nor faiss. Only
`index`, `uploads`, `reindex`, `worker`, `gallery`, `train` and `evaluation_material` import the
write half of the indexer.
"""
