"""Everyday names above the classifier's 1,000: a "golden retriever" is a "dog" and an "animal".

People search for a dog, a car, a ship; the starting weights know 118 breeds, nine kinds of car, and
no word for either. Families at the same level exclude each other; those of `WIDER` hold several.
Numbers are positions in the usual order of the 1,000 ImageNet classes. Never trains anything.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES = 1000

# names, separated by commas: classes, as ranges
_BASIC = """
fish: 0-1 389-397 | shark: 2-4 | ray: 5-6
bird: 9-20 80-96 100 127-144 146 | chicken, rooster: 7-8 | eagle, bird of prey: 21-23 | owl: 24
duck, goose: 97-99 | penguin: 145 | salamander: 25-29 | frog, toad: 30-32 | turtle, tortoise: 33-37
lizard: 38-48 | crocodile, alligator: 49-50 | dinosaur: 51 | snake: 52-68 | spider: 72-77
scorpion: 71 | kangaroo: 104 | koala: 105 | jellyfish: 107 | snail, slug: 113-115
crab: 118-121 125 | lobster, crayfish: 122-124 | whale, dolphin: 147-148 | seal: 149-150
dog, puppy: 151-268 273-275 | wolf, coyote: 269-272 | fox: 277-280 | cat, kitten: 281-285
wild cat, leopard: 286-290 | lion: 291 | tiger: 292 | cheetah: 293 | bear: 294-297
beetle: 300-307 | fly: 308 | bee: 309 | ant: 310 | grasshopper: 311-312 | dragonfly: 319-320
butterfly: 321-326 | starfish, sea star: 327 | sea urchin: 328 | rabbit, hare: 330-332
hamster, mouse: 333 | hedgehog, porcupine: 334 | squirrel: 335 | beaver: 337 | horse, pony: 339
zebra: 340 | pig, boar: 341-343 | hippopotamus, hippo: 344 | cow, cattle, bull: 345-347
sheep: 348-349 | goat: 350 | deer, antelope: 351-353 | camel: 354 | llama: 355
weasel, otter: 356-360 | skunk: 361 | badger: 362 | armadillo: 363 | ape, gorilla: 365-369
monkey: 370-382 | lemur: 383-384 | elephant: 101 385-386 | panda: 387-388
airplane, aeroplane, plane, aircraft: 404 895 | airship, balloon: 405 417
car, automobile: 436 468 511 609 627 656 661 751 817 | truck, lorry: 555 569 675 717 864 867
van: 407 734 | bus: 654 779 874 | train, locomotive: 466 547 565 705 820 | tram: 829
motorcycle, motorbike, scooter: 665 670 | bicycle, bike: 444 671 | tractor: 866 595 | tank: 847
ship: 403 510 554 628 724 913 | boat: 472 576 625 814 | sailboat, sailing boat: 484 780 871 914
submarine: 833 | rocket: 744 657 | space shuttle: 812 | church, temple: 497 663 668 832
castle, palace: 483 698 | house, cottage: 425 449 853 | bridge: 821 839 888
tower, lighthouse: 437 442 900 | chair: 423 559 765 857 | sofa, couch: 831 | bed: 564 | table: 532
desk: 526 | lamp: 619 846 | bookshelf, bookcase: 453 | guitar: 402 546 | piano: 579 881
violin, cello: 486 889 | trumpet, trombone: 513 875 | saxophone: 776 | flute: 558 683 | drum: 541
accordion: 401 | gun, rifle, pistol: 413 763-764 | telephone, phone: 487 528 707
computer, laptop: 527 590 620 681 | keyboard: 508 | television, screen: 664 782 851
clock: 409 530 892 | watch: 531 | camera: 732 759 | ball: 429-430 522 574 722 768 805 852 890
hat: 439 515 808 | helmet: 518 560 | shoe, boot: 502 514 630 770 774 | dress: 578 601 689
trousers, jeans: 608 | swimsuit: 445 638-639 842 | coat, jacket: 568 617 869 | tie: 457 906
sunglasses, glasses: 836-837 | bag, backpack: 414 636 748 | umbrella: 879 | cup, mug: 504 968
bottle: 440 720 737 898 907 | wine glass: 441 572 | teapot, coffeepot: 505 849 | pan, pot: 567 909
knife, sword: 499 623 | spoon: 618 910 | stove, oven: 766 827 859 | refrigerator, fridge: 760
bread, bagel: 930 931 932 | pizza: 963 | burger, hot dog: 933-934 | soup: 809 925
ice cream, dessert: 927-929 | apple: 948 | strawberry: 949 | orange: 950 | lemon: 951
pineapple: 953 | banana: 954 | corn: 987 998 | cabbage, broccoli: 936-938 | cucumber: 943
mushroom: 947 991-997 | flower: 985-986 | fountain: 562 | fence: 489 716 | stone wall: 825
mountain: 970 972 979 | volcano: 980 | beach, coast: 975-978 | coral reef: 973
door: 799 | window: 904 905
traffic light: 920 | street sign: 919 | book: 917 921 | pillow: 721 | toilet: 861
bathtub, bath: 435 876
washing machine: 897 | vacuum cleaner: 882 | iron: 606 | sewing machine: 786
hammer: 587 | screwdriver: 784 | candle: 470 | basket: 790 | box, crate: 478 519 | barrel: 427
tent: 672 | parachute: 701 | swing: 843 | skis, skiing: 795 | snowmobile: 802
wheel: 479 694 | mask: 643 570 | statue, totem pole: 863 | teddy bear, toy: 850
""".replace(" | ", "\n")

_WIDER = """
animal: 0-397
insect, bug: 300-326
reptile: 33-68
primate: 365-384
vehicle: 403-405 407 436 466 468 472 484 510-511 547 554-555 565 569 576 595 609 625 627-628 654
    656 661 665 670-671 675 705 717 734 751 779-780 802-803 812 814 817 820 829 864 866-867
    870-871 874 914
building: 425 449 483 497-498 580 663 668 698 832 853
furniture: 423 453 493 526 532 553 559 564 736 765 831 846 857 894
musical instrument: 401-402 420 432 486 513 541 546 558 566 579 593-594 642 683-684 687 699 776
    822 875 881 889
food: 924-969
fruit: 948-957
vegetable: 936-946
clothing, clothes: 399 411 433 445 474 514-515 568 578 601 608 610 614 617 630 639 652 655 689 697
    735 774 775 796 806 808 834 841-842 869 887 906
landscape, nature: 970 972-980
"""


@dataclass(frozen=True, slots=True)
class Families:
    """Names of each family, and which of the 1,000 classes are in it, (f, 1000) float32 of 0/1."""

    names: tuple[tuple[str, ...], ...]
    members: NDArray[np.float32]


def basic_families() -> Families:
    """Families at the level of everyday words, which exclude each other."""
    return _read(_BASIC)


def wider_families() -> Families:
    """Families that hold several of the basic ones."""
    return _read(_WIDER)


def _read(table: str) -> Families:
    """Lines of `names: ranges`; an indented line goes on with the ranges of the one before it."""
    names: list[tuple[str, ...]] = []
    members: list[NDArray[np.float32]] = []
    for line in table.strip().split("\n"):
        words, _, ranges = line.rpartition(":")
        if words:
            names.append(tuple(word.strip() for word in words.split(",")))
            members.append(np.zeros(CLASSES, np.float32))
        for part in ranges.split():
            first, _, last = part.partition("-")
            members[-1][int(first) : int(last or first) + 1] = 1
    return Families(tuple(names), np.stack(members))
