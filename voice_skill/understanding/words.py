"""English words that carry no meaning of their own, and the many ways of writing the same one."""


def listed(words: str) -> frozenset[str]:
    """Return the set of the words in a text."""
    return frozenset(words.split())


CONTRACTIONS = {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not",
    "shan't": "shall not", "ain't": "is not", "aint": "is not", "innit": "is it not",
    "dont": "do not", "didnt": "did not", "doesnt": "does not", "isnt": "is not", "wasnt": "was not",
    "couldnt": "could not", "havent": "have not", "hasnt": "has not", "arent": "are not",
    "im": "i am", "ive": "i have", "id": "i would", "its": "it is", "thats": "that is", "whats": "what is",
    "hes": "he is", "shes": "she is", "theyre": "they are", "theres": "there is", "youre": "you are",
    "hows": "how is", "wheres": "where is", "whos": "who is", "lets": "let us", "let's": "let us",
    "gonna": "going to", "gotta": "got to", "wanna": "want to", "gimme": "give me", "lemme": "let me",
    "dunno": "do not know", "kinda": "kind of", "sorta": "sort of", "cuz": "because", "'cause": "because",
    "cos": "because", "coz": "because", "y'all": "you", "ma'am": "", "'em": "them", "o'clock": "o clock",
    "wot": "what", "ya": "you", "yer": "your", "ur": "your", "u": "you", "pls": "please", "plz": "please",
    "cannae": "can not", "dinnae": "do not", "didnae": "did not", "wasnae": "was not", "isnae": "is not",
    "wouldnae": "would not", "doesnae": "does not", "willnae": "will not", "hasnae": "has not",
    "whatcha": "what are you", "lotta": "lot of", "outta": "out of", "tryna": "trying to", "tho'": "though",
    "cyaan": "can not", "cyan't": "can not", "kyaan": "can not", "cyah": "can not", "caint": "can not",
    "ain": "is not", "wisnae": "was not", "arenae": "are not", "shouldnae": "should not",
    "thru": "through", "tho": "though", "nite": "night", "tonite": "tonight", "gotten": "got",
}  # fmt: skip
"""One written word -> the words it stands for."""

IS_AFTER = listed(
    "it he she that this what there here who where how when why everything something nothing someone one"
)
"""Words after which 's means "is"; after any other it may be a possessive and is left as "s"."""

SUFFIXES = {"'ve": " have", "'re": " are", "'m": " am", "'ll": " will", "'d": " would", "n't": " not"}

SPELLINGS = {
    "mom": "mum", "mommy": "mum", "mummy": "mum", "mam": "mum", "diarrhea": "diarrhoea", "color": "colour",
    "gray": "grey", "hemorrhage": "haemorrhage", "hemorrhaging": "haemorrhaging",
    "hemorrhoids": "haemorrhoids", "center": "centre", "liter": "litre", "liters": "litres",
    "fiber": "fibre", "doc": "doctor", "doctors": "doctor",
    "physician": "doctor", "meds": "medicine", "medication": "medicine", "medications": "medicine",
    "breathin": "breathing", "realise": "realize", "pyjamas": "pajamas", "ok": "okay",
    "urinate": "pee", "piss": "pee", "peeing": "pee", "urine": "pee", "tummy": "belly",
    "stomach": "belly",
    "wi": "with", "awa": "away", "ma": "my", "mi": "my", "dae": "do", "whit": "what", "owt": "anything",
    "nowt": "nothing", "summat": "something", "yous": "you", "wee's": "pee", "fer": "for",
    "aboot": "about", "oot": "out", "noo": "now", "heid": "head", "tother": "other", "di": "the",
    "dem": "them", "dis": "this", "dat": "that", "dey": "is", "wetin": "what", "abeg": "please",
    "don": "has", "yuh": "you", "fi": "to", "inna": "in", "pon": "on", "someting": "something",
    "smaddy": "somebody", "likkle": "little", "ketch": "catch", "bredda": "brother", "pickney": "child",
    "airm": "arm", "airms": "arms", "fae": "from", "doon": "down", "haun": "hand", "sair": "sore",
    "awfy": "awfully", "oan": "on", "aff": "off", "orf": "off", "meself": "myself", "hisself": "himself",
    "swole": "swollen", "belle": "belly",
    "thanx": "thanks", "gran'ma": "gran",
    "nan": "gran", "grandma": "gran", "granny": "gran",
}  # fmt: skip
"""American and British, common misspellings, and words that always mean the same here."""

FILLERS = listed(
    "um umm uh uhm er erm err ah aah ahh hmm hm mm ow oww owww ouch ooh oof argh aargh agh oh ohh ugh aw gah "
    "eek phew jeez geez gosh god christ jesus blimey crikey heck hell damn dammit bloody flipping flippin "
    "fucking fuck shit crap goodness gracious lord hey hi hello sorry "
    "please s"
)
"""Dropped before comparing with phrases; they change nothing that is meant."""

FILLER_PHRASES = (
    "you know", "i mean to say", "excuse me", "good morning", "good evening", "good afternoon", "my god",
    "oh my", "for goodness sake", "for god is sake", "bear with me", "if you do not mind", "if you can",
    "can i ask", "could i ask", "may i ask", "can you tell me", "could you tell me", "tell me",
    "i was wondering", "i wonder", "i would like to know", "i want to know", "do you know", "quick question",
    "sort of", "kind of", "what do you call it", "thing is", "the thing is", "basically", "honestly",
    "to be honest", "let me see", "let me think", "ask the machine",
)  # fmt: skip
"""Runs of words dropped at the beginning or end of what is compared with templates."""

EDGE_WORDS = listed(
    "so well right okay now then and but actually just alright here again though like anyway see look listen "
    "today exactly really love mate dear dude buddy pal darling"
)
"""Single words dropped at the beginning or end of what is compared with templates."""

NUMBERS = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

ADVERBS = {
    "back": listed(
        "is it come comes came coming go goes going went get gets got getting pull pulled bend bent lean be "
        "bring push step am again straight far right way take took call calling laid lie lay sit sat turn "
        "jumped years months weeks days ages way"
    ),
    "left": listed("i have has had he she we they is are anything nothing something some much time seconds"),
}
"""Words that are no body part or side after one of these: "it's back", "how long is left"."""

CRIES = listed("ow oww owww ouch argh aargh agh fuck shit ugh")
"""Alone, they are a call for help."""
