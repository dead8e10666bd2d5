"""Identifier words. Training draws from TRAIN and from made-up words; HELD_OUT is for tests only."""

import keyword
from random import Random

TRAIN = """
actor album alley angle ankle arrow author badge bagel banner barrel basin beacon beaver bench berry blanket
blossom boot bottle boulder branch bridge broker bucket buffalo bullet bundle burger butter button cabin cable
camel camera candle canyon captain carpet carrot carton castle cellar center chain chair channel chapter charm
chart cheese chicken circle clerk client clock cloud coach coast collar column comet concert cookie copper
corner cottage cotton cradle crater crayon creek crown crystal curtain cushion daisy dancer deck degree desert
desk diamond dinner doctor dollar dolphin donkey door dragon drawer dress driver drum eagle editor elbow
engine eraser event falcon farmer feather fence ferry fiddle field finger flower flute folder forest fork
fountain frame friend frog garden garlic gate ghost giant giraffe glacier glove goat grape guest guide guitar
hammer hammock harbor hawk helmet herb hero hotel hunter igloo insect island jacket jaguar jewel journal
judge jungle kernel kettle kitten knight ladder lagoon lamp lantern lawyer leader leaf lemon leopard lesson
letter level lizard lobster locker magnet mango maple marble market meadow medal melon member mentor meteor
mirror monkey month motor mountain muffin museum mushroom napkin needle nephew novel nurse ocean officer
olive onion orbit orchard otter owner oyster paddle painter palace panda panel parcel parrot parsnip pasture
patient pebble pelican pencil penguin pepper piano pickle picnic pigeon pillow pilot pirate planet planner
plate player plumber poem pocket poet pond poster potato prince printer prism pumpkin puppet puzzle 
quarry queen quilt rabbit radar raft rail rainbow ranger raven reader record ribbon river robot rocket roof
rope rose ruler saddle sailor salad salmon sandal saucer scarf school screen screw sculptor season sensor
shadow shark sheriff shield ship shirt shoe shovel singer sister sketch skill sleeve slope smile snail
socket soldier spider spoon squirrel stable stadium station statue sticker storm stove student summer
supper surgeon swan sweater symbol table tailor target teacher temple tenant theater thread throne tiger
timber toast tomato tooth tourist towel tower tractor trail trainer treasure trophy truck trumpet tulip
tunnel turkey turtle uncle valley vase vessel village violin visitor voice volcano voter wagon waiter walnut
warrior water weapon weaver whale wheel whistle widget window winner winter wizard wrench writer yacht zebra
""".split()

HELD_OUT = """
basket price coupon anchor blade camp crate cabinet dagger envelope flag gadget heater invoice jar kite ledger
lever locket magazine oven package parade pedal pitcher quiver racket rifle sack
scooter shuttle siren spice sponge stamp tent ticket tile torch trolley vault voucher walrus
wallet zipper medicine plank doll peach hinge garage
""".split()
# Names of variables and parameters that only held-out code uses.
HELD_OUT_LOCALS = ("tally", "outcome", "gathered", "sought", "cutoff", "threshold", "portion", "extra")
_KEYWORDS = {*keyword.kwlist, *"""
auto bool break case catch char class const continue default delete do double else enum explicit extern float for
friend goto if inline int long new not and or xor private public short signed sizeof static struct switch template
this throw true try typedef union unsigned using virtual void while min max sum index number len range
""".split()}
_ONSETS = """
b c d f g h j k l m n p r s t v w y z bl br ch cl cr dr fl fr gr kn ph pl pr qu sh sk sl sn sp st str th tr tw wh
""".split()
_VOWELS = "a e i o u a e i o u ai ea ee ie oa oo ou".split()
_CODAS = ["", "", "", "", *"b ck d ft g l ll lt m mp n nd ng nk nt p r rd rk rn rt s ss st t th v x".split()]
_ENDINGS = ["", "", "", *"er et le en on ow ing age or al ic ure ine ite ade ish ment ness ock ard".split()]


def reserved(word: str) -> bool:
    """Not for training, or no name in one of the languages."""
    return any(w in HELD_OUT or w in HELD_OUT_LOCALS or w in _KEYWORDS for w in (word, word + "s", plural(word)))


def made_up(rng: Random) -> str:
    """A pronounceable word that is no held-out word, so that copying cannot lean on meaning."""
    while True:
        syllables = rng.choice((1, 1, 2))
        word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))
        word += rng.choice(_ENDINGS)
        if 3 <= len(word) <= 9 and word[-1] not in "sxz" and not reserved(word):
            return word


def letters(rng: Random) -> str:
    """A word of random letters: nothing about it can be guessed, only copied."""
    return "".join(rng.choices("etaoinsrhldcumfpgwybvk", range(44, 0, -2), k=rng.randint(3, 7))) + rng.choice("tnrle")


def draw(rng: Random, count: int, held_out: bool, real: float = 0.5) -> list[str]:
    """`count` different nouns; of those for training, a share of `real` are English."""
    nouns: list[str] = []
    while len(nouns) < count:
        if held_out:
            noun = rng.choice(HELD_OUT)
        elif rng.random() < real:
            noun = rng.choice(TRAIN)
        else:
            noun = letters(rng) if real < 0.5 and rng.random() < 0.2 else made_up(rng)
        if noun not in nouns and (held_out or not reserved(noun)):
            nouns.append(noun)
    return nouns


def plural(noun: str) -> str:
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"
