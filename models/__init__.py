"""CLIP: load it, feed it, name it. Knows no HTTP, no index, no collection.

errors             what can go wrong, as one tree
config             ModelConfig, DecodeLimits: frozen values made at start-up
images             the only image decoder
exif               what a file says of itself: date, camera, place
encoder            the Encoder protocol (pre / core / post) and its types
preparation        resize and crop to what a model wants
cropping           a part of a decoded picture
thumbnails         small JPEGs of decoded pictures
text_truncation    text at the length it has, where that is exact
thread_counts      one thread for small work, all for the rest
lean_imports       the only importer of open_clip, timm and torchvision, without their ballast
open_clip_encoder  an Encoder over any model of open_clip
fake_encoder       weight-free and deterministic, for unit tests
memory             what the process keeps between batches
fusion             image towers without batch norms
devices            where to compute and in which precision
fingerprint        a model's identity
relevance          scores → calibrated relevance, and "no good match"; relevance_file: stored
patches            image towers cell by cell; heat_maps: where in a picture something is
golden             embeddings of known inputs, to prove a loaded model by
loading            ModelConfig → Encoder, offline first, checked by a golden embedding
prompts            prompt templates and class embeddings
class_cache        class embeddings that were computed before
recent_rows        embeddings used lately, within so many bytes
zero_shot          class scores from embeddings
calibration        what makes a model's probabilities honest, stored beside it
classifier         names to probabilities, and to "none of these"
templates          prompt templates and their named sets
texts/             prompt templates by name, and the background of everyday things
builtin/           our own small model: config, weights, card
training/          contrastive training, distillation, export
evaluation/        recall_at_k
"""
