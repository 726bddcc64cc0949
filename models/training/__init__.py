"""Contrastive training and distillation: how our own models are made. Serving never imports it.

corpus          captioned and labelled pictures, and their texts, from tars and manifests
teachers        the frozen models that we learn from: ImageNet tower, sentence encoder
material        all that the recipe learns from, computed once
families        everyday names above the classifier's classes
concepts        the classifier's opinions and labels, as choices between names
augmentation    pictures cropped, mirrored, shrunken and recompressed
design          the built-in model's architecture
losses          contrastive losses, distillation losses
schedule        warm-up + cosine, seeds, averaging of weights
image_task      what the image tower learns from
lessons         what a batch of pictures teaches
image_tower     teacher features → our image tower
text_tower      teacher sentence embeddings → our text tower
alignment       both towers into one space; alignment_material: what it learns from
swaps           captions that are no longer true, as hard negatives
rounds          both towers by turns, and the means of what was learnt apart
soups           means of weights; phases: results that are kept
hardening       worse copies of a picture are seen as the picture itself
judging         figures on held-out pictures while training
export          an ordinary open_clip model directory
tuning/         a model trained further on a user's own captioned pictures
recipe          the one command that makes `models/builtin`
"""
