"""HTTP in, answer out, and the command line. Owns no file format and no model code.

settings      the one table of settings: environment, flags and docs come from it;
              setting_rows/: its rows, a topic a file
main          the app factory and its lifespan
state         what lives as long as the process: models, threads, live collections
dependencies  how a route gets at the state
bounds        how much one request may ask for
failures      what can go wrong in `app` itself, as one tree; door_failures: who is turned away
error_table   the one ordered table: domain error → status, code
errors        every error as an answer: problem+json
schemas       request and response types that are shared; search_schemas: those of search,
              classify_schemas: those of classification,
              job_schemas: those of jobs and schedules,
              filter_schemas: those of filters, facets and modes,
              index_schemas: of what is searched,
              generation_schemas: those of kept generations;
              json_kinds: what is no number, and no truth value
upload_desk   single pictures that clients put: kept, and handed to a worker
upload_schemas  their request and response types; put_bodies: the body of a put
duplicate_desk  duplicates as the service sees them: the files, and looking in passing
duplicate_schemas  their request and response types
copies        what clients are told of keeping a copy
bodies        JSON and multipart bodies → checked requests
kept_pictures  pictures of earlier questions that can be asked for again
paging        one answer in pages; cursor: a place in them, sealed with the key of cursor_key
older         generations that are no longer served and still paged through
query         a question: its terms and options; query_text: its form as one line of text
search_questions  what a request asks, in JSON, a form or an address → the one query
term_embeddings  the terms of a question → embeddings
fusion        weighted terms → one direction; feedback: what is liked and disliked moves it
exclusion     when a picture is too close to what is excluded
diversity     hits in an order that covers different things
candidates    an embedded question → what gives its best pictures
asking        the steps from a question to its answers; answers: what they pass on
text_asking   a question → texts: captions, or a vocabulary's; vocabulary_shelf: those kept open
text_ranking  the nearest texts less what is excluded, varied
text_schemas  their request and response types; tag_schemas: those of tag sets
relevance     hits → how relevant they are, and whether anything is; explaining: why
relevance_schemas  the types of explanations
heat_maps     where in a picture is what was asked for; cell_memory: pictures mapped lately
job_desk      jobs as the service sees them: the table, streams of events, the keeper
worker_keeper the worker process: started while there are jobs, stopped with the service
writing       the second look at whoever changes something; audit: what administrators did
key_schemas   request and response types of keys and sessions
access/       keys, roles, the table of routes and roles, rates: what stands before every route
collector     Python's collector of garbage, spared what the start has made
warming       routes are built before the first request, not by it
http_limits   how long and how large the head of a request may be
listening     which addresses can be reached from this machine only
embedding     texts and pictures → embeddings for clients of the OpenAI API;
              embedding_schemas: their request and response types
client/       the API from Python: typed, blocking or awaitable
model_names   the names by which clients ask for a loaded model
classifying   a picture and class names → class scores
pictures      items of the catalog → pictures of the API
map_schemas   types of the map; map_sheets: the pictures of a tile as one small JPEG
picture_files the bytes of a picture and of its thumbnail
turning_away  what has no chance while the model's queue is full is refused at the door
leaving       clients that leave: what they asked for is given up
ranges        parts of a picture's file, for who asks with `Range`
url_pictures  pictures that a body names by URL → their bytes; fetch/: the only place that calls out
api_description  the OpenAPI document, with our shape of errors
stopwatch     milliseconds of the steps of one request
tracing       requests and their steps as spans; span_export: sends them, where it was told to
metrics/      the service in figures, as Prometheus reads them
doctor/       what may be wrong with an installation
embedding_memory  embeddings of what was asked before; the same is encoded once
batching      cross-request batches for the encoder, with back-pressure
threads       bounded threads for everything else that blocks
engine        one loaded model: encoder, batcher, classifier; engines: all of them, held and freed
model_choice  which model: the configured one, or the one that a collection was made with
live          what is served: for each collection a searcher and its model, leased together
follower      changes over when a generation is published, loading its model beside the old one
security      body limit, host check, response headers
request_ids   the id of each request; seen: what is known of it by its end;
              request_log: its line in the log;
              log_lines: records → lines of text or JSON
server        the listening process: ready line, signals, shutdown
routes/       search, classify, embeddings, images, collections, jobs, schedules, model, health,
              page, reference
cli/          `sightline serve | index | search | classify | eval | info | gallery`
static/       the page
"""
