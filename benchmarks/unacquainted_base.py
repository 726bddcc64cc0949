"""A base for `benchmarks.fine_tuning` that has never seen a captioned picture.

    python -m benchmarks.unacquainted_base --data TRAIN … --work WORK --out DIRECTORY

The built-in model has learnt thousands of captioned photographs, so what a few hundred more of the
same collection teach it says little about a user's own. This base has the built-in model's text
tower before alignment, and on the teacher's image tower a projection that has learnt names only:
labels, and the classifier's opinions. Takes the options of `models.training.recipe`, and a WORK in
which that has finished the text tower.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from models.training.design import OPEN_CLIP_CONFIG, build_network, load_trunk
from models.training.export import export_model
from models.training.image_tower import HeadPlan, train_head
from models.training.material import image_task
from models.training.recipe import parsed, read_samples, read_texts
from models.training.teachers import load_image_teacher


def main() -> None:
    """Learn the projection and write the directory."""
    recipe = parsed("Write a base that has never seen a captioned picture.")
    network = build_network()
    network.text.load_state_dict(torch.load(recipe.work / "text.pt", weights_only=True))
    samples = read_samples(recipe)
    teacher = load_image_teacher(recipe.classes)
    task = image_task(samples, read_texts(recipe, samples, teacher), teacher, recipe.work)
    captioned = np.array([bool(sample.captions) for sample in samples])
    named_only = replace(task, weights=np.where(captioned, 0, task.weights))
    load_trunk(network, teacher.network.state_dict())
    head = train_head(named_only, HeadPlan(), print)
    network.visual.head.mlp.load_state_dict(head.state_dict())
    export_model(network.eval(), OPEN_CLIP_CONFIG, recipe.out)
    print(f"{int((~captioned).sum()):,} pictures without captions; written to {recipe.out}")


if __name__ == "__main__":
    main()
