"""A user's own captioned pictures → a model that knows them better. Serving never imports it.

plan          TuningPlan: what to train, how long and how hard; defaults for each mode
pictures      captioned pictures: read once, bad ones left out, some held out
views         a picture as the model sees it, and gently changed copies for training
batches       which pictures and captions make a step; the same for the same seed
networks      the model to start from, with the config that its result needs
towers        features of one side of the model: computed in training, or fixed
features      features through towers that are not trained, computed once
gradients     contrastive loss and gradients of a batch larger than memory
projection    a linear map behind fixed towers, folded into their last layer
adapters      LoRA on both towers, merged into plain weights
learners      what a mode trains, and the ordinary network that comes of it
distillation  another model as teacher
development   recall on held-out pictures
loop          steps, averaging, evaluations, early stopping
checkpoints   a killed run goes on with the same result
journal       the log as CSV and as plots
result        the model directory and its card
tune          all of it in one call
progress      who is told how far it is
"""
