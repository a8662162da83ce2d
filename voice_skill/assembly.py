"""Puts a conversation together from its rooms, as the settings want it."""

from collections.abc import Callable

from voice_skill.audio.tones import soft_tone
from voice_skill.config import Settings
from voice_skill.conversation.clock import Clock
from voice_skill.conversation.completeness import Completeness, Patience
from voice_skill.conversation.conversation import Conversation
from voice_skill.conversation.interruptions import BargeIn
from voice_skill.conversation.jobs import Doer
from voice_skill.conversation.performer import Output, Performer
from voice_skill.conversation.thinking import Hears, Thinker
from voice_skill.conversation.wake import Always, OnNeed, Wake
from voice_skill.conversation.wake_word import OnWord
from voice_skill.dialog.state import Change
from voice_skill.events import Ended, Event, Watcher
from voice_skill.hearing.turns import TurnDetector, TurnSettings
from voice_skill.mouth import Mouth
from voice_skill.session import Session

TONE_SHARE = 0.5
"""Loudness of a tone, as a share of the voice's."""


def assemble(  # noqa: PLR0913 - every connection between the rooms is made here
    settings: Settings,
    session: Session,
    ears: Hears,
    mouth: Mouth,
    *,
    listener: Doer,
    voice: Doer,
    output: Output,
    watch: Watcher,
    clock: Clock,
    sound_clock: Clock,
    trusted: Callable[[], bool],
    wake: Wake | None = None,
) -> Conversation:
    """Return a conversation that is ready to hear.

    clock: for timers. sound_clock: that of the loudspeaker's `silent_at`. trusted: tells whether the
    own voice is taken out of what is heard. wake: in place of the one that the settings name.
    """
    patience = Patience(
        doubtful=settings.end_of_turn_s, open=max(settings.longest_pause_s, settings.end_of_turn_s)
    )
    chime = soft_tone()
    conversation: Conversation

    def change(wanted: Change) -> None:
        if wanted.what == "rate":
            mouth.change_rate(wanted.factor)
            conversation.performer.forget_sounds()
        else:
            mouth.change_volume(wanted.factor)

    def tell(event: Event) -> None:
        if isinstance(event, Ended):  # whoever comes next has asked for nothing yet
            mouth.start_over()
            conversation.performer.forget_sounds()
        watch(event)

    conversation = Conversation(
        session,
        Thinker(ears, session, Completeness(session.pack, patience)),
        listener,
        lambda do, say, failed: Performer(mouth, voice, output, do, say, failed, sound_clock),
        watch=tell,
        clock=clock,
        change=change,
        turns=TurnDetector(TurnSettings(silence_s=patience.open)),
        wake=wake or wake_of(settings),
        loudness=mouth.loudness,
        patience=patience,
        barge_in=lambda: barge_in(settings, trusted=trusted()),
        tone=(lambda: output.start(chime, TONE_SHARE * mouth.volume)) if settings.tone else None,
    )
    return conversation


def wake_of(settings: Settings) -> Wake:
    """Return what the settings want it to be woken by, but for a push. Raises MissingError without it."""
    if settings.wake == "word":
        return OnWord(settings.wake_word)
    return Always() if settings.wake == "session" else OnNeed()


def barge_in(settings: Settings, *, trusted: bool) -> BargeIn:
    """Return what interrupts: while the own voice may be heard, no more than stop words."""
    return "stop_words" if settings.barge_in == "all" and not trusted else settings.barge_in
