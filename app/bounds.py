"""How much one request may ask for, each bound with its reason. Settings are elsewhere: nobody
needs to change these.
"""

MAX_TOP_K = 1000  # pages show dozens; a thousand hits are already a megabyte of JSON
DEFAULT_TOP_K = 24
MAX_TERMS = 16  # each image term costs a pass through the model
MAX_EXAMPLES = 64  # liked, and as many disliked; more hardly move a mean
MAX_EMBEDDING_NUMBERS = 16_384  # no model has as many; the collection knows its own number
MAX_TEXT_CHARS = 2000  # models read 64 to 77 tokens; more is a mistake
MAX_WEIGHT = 100.0
MAX_CLASSNAMES = 1000
MAX_TEMPLATES = 100
MAX_PROMPTS = 5000  # classnames × templates: each is a pass through the text tower
MAX_IMAGE_ID_CHARS = 64
MAX_FACETS = 8  # each is counted over all pictures that meet the filter
MAX_FIELD_CHARS = 200
MAX_FILTER_CHARS = 20_000  # a hundred conditions with long names and values
MAX_EMBEDDED_TEXTS = 2048  # as the OpenAI API has it: clients divide their work by that
MAX_EMBEDDED_PICTURES = 64  # each is decoded and goes through the larger tower
MAX_MODEL_NAME_CHARS = 1000
MAX_CAPTIONS = 100  # of one picture that is put
MAX_CAPTION_CHARS = 10_000
MAX_METADATA_BYTES = 64 * 1024  # every hit carries it
MAX_PUBLICATION_WAIT_S = 30  # proxies lose patience after a minute
MAX_CURSOR_CHARS = 1000  # ours have about 400
