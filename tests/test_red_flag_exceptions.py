"""What a rule lets pass as harmless hides no sign that is told in nearly the same words."""

import pytest

from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding import Understander

# harmless, grave: the same exception of a rule is touched by both
PAIRS = [
    (
        "what are the signs of a heart attack, just so I know",
        "I know the signs and I'm having a heart attack",
    ),
    (
        "what signs would I look out for, chest pain and that, so I know when to call",
        "I don't know when to call, my chest hurts",
    ),
    ("the missus'll have a heart attack if I wake her", "I think I'm having a heart attack if I lie down"),
    (
        "my brother takes an aspirin since his heart attack, is it any good for cramp",
        "since his heart attack his chest is tight",
    ),
    (
        "we choked in the shoot-out and then my quads went",
        "we lost in the shoot-out and he's choking on a sweet",
    ),
    (
        "gran lost the feeling in her legs before she died, mine's only a cramp",
        "I've lost the feeling in my legs",
    ),
    (
        "it says on the packet you can overdose, I've had one tablet, may I have another",
        "I only had one glass of wine and then I took an overdose",
    ),
    ("curious, could a cramp ever be a blood clot", "I'm not curious, I've a clot in my calf, it's swollen"),
    (
        "I had a fit of the giggles and my tummy muscles cramped up",
        "I had a fit and my tummy muscles cramped up",
    ),
    ("the laptop is frozen and not responding", "I was on the phone and now he's not responding"),
    ("Molly says the teddy is unconscious", "she dropped her teddy and she's unconscious"),
    (
        "I laughed so hard I couldn't breathe, is he on again",
        "she was laughing and now she can't get any air, she's blue",
    ),
    ("I was choking on my tea, what did you say", "I'm choking on my dinner"),
    ("my mate's choking on his words", "he's choking on his sandwich"),
    ("calf seized up while I was choking down my porridge", "I can't get it down, I'm choking"),
    ("the wifi keeps choking", "she keeps choking"),
    (
        "I'm gasping for a brew, is tea any good for cramp",
        "I was gasping for a brew and now I'm gasping for air",
    ),
    ("I'm not out of breath, just tired, carry on", "I'm not out of breath, I just can't breathe in"),
    ("water got in my ear at the pool and it won't come out", "I've an ear ache and my water won't come out"),
    (
        "her fever went last week, it's my calf that's cramping",
        "her fever went up last night and her calf hurts",
    ),
    ("a stomach bug and my tummy cramps", "stomach bug all week and now my legs cramp"),
    ("my ankle broke in ninety one, healed perfect", "my leg healed perfect, and now it's broken again"),
    ("on Casualty last night a fella's leg went white", "dad fainted in casualty and he's not breathing"),
    ("I've had one cramp three times this week", "I gave my son ten times the dose"),
    ("I can feel my toes", "I'm not feeling my toes"),
    ("I don't feel the stretch in my leg", "my leg's gone numb, I stuck a pin in it and don't feel it"),
    ("out of breath from the run and my calf's cramping", "I'm out of breath from just walking to the loo"),
    ("a stitch in my side, it hurts to breathe", "like a stitch, it hurts to breathe in, my leg's fat"),
    ("crying so much I can't breathe, the film was that sad", "baby's been crying and now she can't breathe"),
    ("acne on my chest and back", "pain in my chest and back and I'm sweating"),
    ("spots all over my chest and back, I'm seventeen", "chest and back pain, really bad"),
    ("my heart pounds when I run", "I'm at the gym and my heart is racing and won't slow down"),
    ("I had a heart attack years ago, all fine since", "a heart attack last week and now the same pain"),
    ("my uncle died of a heart attack", "my husband died of a heart attack and now I've got the same pain"),
    ("she thought it was a heart attack, but it's only cramp", "it's a heart attack, it's no cramp"),
    ("it's not my chest, it's my calf", "it isn't a cramp, it's my chest"),
    ("the economy collapsed", "he's collapsed at the market"),
    ("I collapsed on the sofa after work", "grandad has collapsed on the bed"),
    ("someone's collapsed into laughter here, hang on", "she's collapsed into a heap on the floor"),
    ("I passed out leaflets all morning", "I passed out this morning"),
    ("my laptop crashed and won't wake up", "he crashed his bike and won't wake up"),
    ("I can't speak good English", "all of a sudden he can't speak well"),
    ("I can't talk right now, I'm in a meeting", "my dad can't talk now and he was fine this morning"),
    ("can't lift my arm after the gym", "can't lift my arm all of a sudden, I was only at the gym"),
    ("my arm bleeds a bit where I scratched it", "there was a little blood when I was sick"),
    ("a drop of blood on the tissue when I blow my nose", "I threw up a bit of blood"),
    ("I stubbed my toe and my foot cramped", "he's been stabbed in the foot"),
    ("numb bum from sitting on the train", "back's gone, numb bum and I was only sitting in the chair"),
    ("she had a fit about the bill", "she had a fit on the stairs"),
    ("he threw a hissy fit", "he threw himself down and started jerking, it isn't a hissy fit"),
    ("this calf is killing me", "I'm in so much pain I'll kill myself"),
    ("we poisoned the weeds on the drive", "I think I've been poisoned"),
    ("help me sleep better", "help me sleep for ever, I can't go on"),
    ("the wound on my leg is red", "I cut my shin last week and now the leg is red and warm"),
    ("on warfarin for a clot, can I rub my calf", "I take warfarin, there's a clot in my calf I'm sure"),
    (
        "I've had twenty cramps this week, can I take paracetamol",
        "how many paracetamol is too many, I've had sixteen",
    ),
    ("can you overdose on paracetamol", "can you overdose on paracetamol because I've had about twenty"),
    ("is baby aspirin all right", "baby aspirin, my baby's eaten the whole bottle"),
    ("lie face down and breathe out", "face down on one side, he's dribbling"),
    ("blue veins on my legs", "blue veins I'm used to but the whole foot's blue and cold"),
    ("my ankles swell by evening", "ankles usually swell but today one calf is double the size"),
    (
        "my nose is blocked, I breathe through my mouth",
        "my nose is blocked and I can't breathe through my mouth either",
    ),
    ("I've a dead leg from sitting on it", "I've got a dead arm and a dead leg on the same side"),
    ("my legs are a bit weak after the cramp", "weak leg after the cramp two days ago, it still buckles"),
    ("Murray choked in the third set", "he choked on his food in the second half and he's blue"),
    ("the middle order collapsed after tea", "our captain collapsed after tea"),
    ("the tent collapsed", "he collapsed in the tent"),
    ("the ladder collapsed", "the ladder collapsed and he's not moving"),
    ("I can't feel the pain any more", "I can't feel the foot any more"),
    ("can't feel it now, it's gone, thank goodness", "I can't feel it, my foot. Can you help? Thank you."),
    (
        "my thigh cramps from being sat in the car for hours",
        "sat in the car, my thigh's been cramping for hours",
    ),
    ("did you see that documentary about the poisoned spy", "I was watching telly and I think I'm poisoned"),
    ("there's a programme on strokes tonight", "there's a programme on, and my dad's having a stroke"),
    ("she'll have a fit when she sees that carpet", "she had a fit when she stood up"),
    ("putting him in goal was suicide, we lost six nil", "I lost everything and I want to kill myself"),
    ("when I was eight I got stung by a jellyfish", "I got stung by a jellyfish and my leg's cramping"),
    ("I watch Grey's Anatomy with my foot up", "my foot's gone grey"),
    ("my sister got a clot on a plane once", "I got a clot on a plane once and it's the same pain"),
    (
        "the detective says the victim stopped breathing",
        "the victim here has stopped breathing, he's not moving",
    ),
    ("beetroot turned my wee pink", "wee like beetroot after the marathon, dark red"),
    ("my arm's dead from carrying shopping", "my arm's gone dead and I was only carrying shopping"),
    ("my car's had a seizure", "my husband's in the car having a stroke"),
    ("the car has had a fit", "dad's out by the car having a heart attack"),
    ("there's a podcast on seizures", "my son had a series of fits"),
    ("when I was eight I had chest pain", "when I was ten minutes into my run I had chest pain"),
    ("I got chest pain once", "I got chest pain all at once"),
    ("my calf swelled up once", "my calf swelled up all at once"),
    ("the detective in the book stopped breathing", "the victim stopped breathing"),
    ("England collapsed after lunch", "my mum collapsed after lunch here in Spain"),
    ("England collapsed after tea", "they collapsed after lunch, both of them"),
    ("can't feel it now, what a relief", "I can't feel it, the feeling's all gone now"),
    ("my calf cramps from sitting on the bus for hours", "my calf has been cramping in the car for hours"),
    ("she'll have a fit when she hears the price", "he had a fit when we found him on the floor"),
    ("can massaging break off a clot", "a clot has broken off in my leg, I'm sure"),
    (
        "I've got to get it off my chest, I've been crushing on the lad at the till",
        "get it off my chest, I wish I could, it's a crushing band all the way round",
    ),
    ("Mum's smile is lopsided in this old photo", "smile for the photo, Mum, oh, her smile is lopsided"),
    ("I thought I'd been shot, roaring like that, but it's only the thigh", "he's been shot in the thigh"),
    ("this cramp is murder, my calf's strangling itself", "he was strangling her and now she's choking"),
    ("I blacked out the bedroom windows and still the cramp comes", "I blacked out in the bedroom"),
    ("a wasp got me, a wee red bump, it itches", "my wee's red"),
    ("after a spin class is a cola the thing to drink", "after a spin class my wee's like cola"),
    ("he's gripping his calf, swearing blue murder", "his calf has gone blue, he's screaming"),
    ("that horse is burning up the track", "he's burning up and he's got the shakes"),
    (
        "thirty-four weeks, sparkles on my nails, and a cramp in my toes",
        "thirty-four weeks and there's sparkles in front of my eyes",
    ),
    ("the mini stroke was eleven year ago, can I stand on this cramp", "a mini stroke, a minute ago"),
    ("how many of these stretches till I'm finished", "how many of these would it take till I'm finished"),
    ("should I call an ambulance for a cramp", "should I call an ambulance for my chest pain"),
    ("call me an ambulance chaser, but I love a lawsuit", "call me an ambulance"),
    ("do people ever pass out with a cramp", "do people ever, oh, he's passed out"),
    ("laughed till I was paralysed and now my stomach has cramped", "I laughed, and now I'm paralysed"),
    (
        "do I soak the towels in hot water for ten minutes, they're for my calf",
        "I'm filling a pad every ten minutes",
    ),
    ("how many tablets may I take, I ache all over", "how many tablets would it take till it's all over"),
    ("you sound drunk, speed up", "she sounds drunk and she's not had a drink, her arm won't move"),
    ("my heart's going like the clappers after the run", "my heart's going like the clappers and won't slow"),
    ("everybody was sick after the barbecue", "everybody is sick and sleepy since the boiler was lit"),
    ("the cat's been curled up since lunch", "his toes have been curled since lunch and won't straighten"),
    ("the best bit, when he says I can't breathe", "he's sick, it's like coffee grounds, a good bit of red"),
]


@pytest.fixture(scope="module")
def understander() -> Understander:
    return understander_of(load_pack("en"))


@pytest.mark.parametrize("said", [harmless for harmless, _ in PAIRS])
def test_what_an_exception_is_for_raises_no_alarm(understander: Understander, said: str):
    assert understander.understand(said).urgency == "none"


@pytest.mark.parametrize(
    "said",
    ["breathing's fine", "my chest is fine", "do I breathe in or out", "my wee is a normal colour"],
)
def test_what_is_said_to_be_well_is_not_asked_about(understander: Understander, said: str):
    got = understander.understand(said)
    assert (got.urgency, got.doubt) == ("none", "")


@pytest.mark.parametrize("said", [grave for _, grave in PAIRS])
def test_an_exception_hides_no_sign_told_in_nearly_the_same_words(understander: Understander, said: str):
    assert understander.understand(said).urgency in ("urgent", "emergency")


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ("do not take more than eight it says, I've taken twelve", "poisoning"),
        ("I can't sleep, I can't go on, I want it to end", "suicidal"),
        ("I hurt myself in the bathroom on purpose", "suicidal"),
        ("fell asleep at the wheel and crashed, my leg's smashed", "injury"),
        ("dark yellow yesterday, brown as cola today", "dark_urine"),
    ],
)
def test_where_an_exception_may_be_wrong_it_is_asked(understander: Understander, said: str, flag: str):
    got = understander.understand(said)
    assert flag in (got.doubt, got.slots.get("flag"))


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ("my back's killing me and I can't feel myself when I wipe", "cauda_equina"),
        ("since my slipped disc I leak wee and can't feel it", "cauda_equina"),
        ("my bum's been numb for hours and I can't pee", "cauda_equina"),
        ("what if I'm having a heart attack", "chest_pain"),
        ("I've been cutting my arms again", "suicidal"),
        ("kms tbh cant do this anymore", "suicidal"),
        ("I'm vomiting up bright red stuff", "severe_bleeding"),
        ("he'll have a heart attack if we wait any longer, he's so grey", "chest_pain"),
        ("she lost the feeling in her leg, I told her to rest her foot", "numbness_weakness"),
        ("in front of the telly, and he won't wake", "unconscious"),
        ("an ache here in the middle, it goes down my left arm and into my teeth", "chest_pain"),
        ("thirty six weeks, a pain in my tummy like a blade that's not coming and going", "severe_bleeding"),
        ("she's fourteen weeks and there's clots coming away", "severe_bleeding"),
        ("she's epileptic, it's been going eight minutes", "seizure"),
        ("a raging temperature, and she can't get her chin down to her chest", "unconscious"),
        ("coughed up a load of red stuff into the sink", "breathing"),
        ("he's burning up from the greenhouse and walking into things", "heat_stroke"),
        ("I've dirtied myself and never felt it coming, with this back of mine", "cauda_equina"),
        ("I've spat blood twice since I woke", "severe_bleeding"),
        ("please call an ambulance", "unconscious"),
        ("it hasn't eased once since lunch", "long_lasting"),
        ("with this backache both legs have turned weak and tingly", "cauda_equina"),
        ("can I take another magnesium, only my eyes are swelling after the first one", "anaphylaxis"),
        ("we've all got headaches since the boiler was lit", "poisoning"),
        ("my left hand keeps dropping the spoon and the leg is trailing", "stroke"),
    ],
)
def test_the_sign_that_was_meant_is_answered(understander: Understander, said: str, flag: str):
    assert understander.understand(said).slots["flag"] == flag
