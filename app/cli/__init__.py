"""The command line: `sightline serve | index | search | classify | info | gallery`.

    main      the entry point: registers the commands, turns domain errors into one line
    options   flags, made from the table of settings
    asking    a local model and a local collection, for search and classify
    progress  how an index run is shown: a bar on a terminal, plain lines otherwise
    serve, index, search, classify, info, gallery   one command each: it calls one function below

Commands import what they need when they run, so that `--help` loads neither torch nor faiss. Only
`index` and `gallery` import the write half of the indexer.
"""
