"""What goes out from this process: channels as the settings name them, and who puts letters into words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.channels.channel import Channel
from tracker.channels.mail import MailSender
from tracker.channels.other import OtherSender
from tracker.channels.telegram import TelegramSender
from tracker.channels.telegram_updates import Press, Start
from tracker.channels.webhook import WebhookSender
from tracker.clock import LEGAL_ZONE, Clock
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import make_voices
from tracker.render.letters import Letters, make_letters
from tracker.services import answering
from tracker.services.answering import Answer
from tracker.services.delivering import Dispatcher
from tracker.services.evaluating import Book
from tracker.services.sealing import Seal
from tracker.services.waiting import Opening
from tracker.services.wording import Writer
from tracker.settings import Settings
from tracker.store import accounts, jobs
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.scope import EVERYTHING

MAIL_HANDS = 4
"""Connections to the mail server: what is due for thousands at one minute is on its way within five."""

CHAT_HANDS = 4
"""They share the pace of the bot, and none waits for the answer to another's letter."""

HOOK_HANDS = 6
"""One address keeps one of them, however slow it is."""

OTHER_HANDS = 3

COUNTED_ON = timedelta(days=6)
"""For so long after the last thing that was told to the bot the next has a higher number."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outgoing:
    """The dispatcher of a process and, where there is a bot, the ear for what people tell it.

    ``proves`` says that the proof of life has a way and a receiver.
    """

    dispatcher: Dispatcher
    ear: Ear | None
    proves: bool = False

    @classmethod
    def of(
        cls,
        settings: Settings,
        engine: Engine,
        book: Book,
        clock: Clock,
        *,
        lets_send: Callable[[], bool] = lambda: True,
    ) -> Outgoing:
        """All that the settings allow, while the clock is believed; raises :class:`SettingsRefused`."""
        voices = make_voices(load_catalogs(), zone=LEGAL_ZONE)
        letters = make_letters(voices, clauses=book.policy.clauses, home=settings.base_url)
        writer = Writer(letters, settings.language, Seal.of(settings.secret), settings.canary_to, book)
        hands: dict[ChannelKind, tuple[Channel, ...]] = {
            ChannelKind.WEBHOOK: (WebhookSender(now=clock.now),) * HOOK_HANDS,
            ChannelKind.OTHER: (OtherSender(),) * OTHER_HANDS,
        }
        if settings.smtp_url:
            sender = MailSender.from_url(
                settings.smtp_url, base_url=settings.base_url, now=clock.now, secret=settings.secret
            )
            hands[ChannelKind.MAIL] = (sender,) * MAIL_HANDS
        ear = None
        if settings.telegram_token:
            bot = TelegramSender(settings.telegram_token, settings.telegram_url)
            hands[ChannelKind.TELEGRAM] = (bot,) * CHAT_HANDS
            ear = Ear(bot, engine, book, clock, letters, settings.language)
        opens = Opening(book)
        dispatcher = Dispatcher(engine, clock.now, hands, writer, lets_send=lets_send, opens=opens)
        return cls(dispatcher, ear, proves=bool(settings.smtp_url and settings.canary_to))


@dataclass(frozen=True)
class Ear:
    """Listens to what people tell the bot, each thing once: the place is kept with what was done.

    What cannot be done is noted and passed over, so that it keeps nobody else from being heard.
    """

    bot: TelegramSender
    engine: Engine
    book: Book
    clock: Clock
    letters: Mapping[Language, Letters]
    language: Language

    async def listen(self, *, patience: int = 0) -> int:
        """Do what was asked since the last time; how many things."""
        with reading(self.engine) as session:
            offset = _place(session, self.clock.now())
        received = await self.bot.receive(offset, patience=patience)
        for update in received.updates:
            await self._hear(update)
        if received.offset != offset:
            with transaction(self.engine) as session:
                self._keep(session, received.offset)
        return len(received.updates)

    async def _hear(self, update: Press | Start) -> None:
        try:
            done = self._do(update)
        except DatabaseNotReady:
            raise
        except Exception:  # whatever is wrong with it, the next one is heard
            log.exception("telegram: %s cannot be done", update.number)
            with transaction(self.engine) as session:
                self._keep(session, update.number + 1)
            return
        if done is None:
            return
        answer, words = done
        if isinstance(update, Press):
            await self.bot.answer_button(update.id, words)
        else:
            letter = Letter(f"start:{update.code}", update.chat, self.language, words, words)
            await self.bot.send(letter)
        log.info("telegram: %s", answer.code)

    def _do(self, update: Press | Start) -> tuple[Answer, str] | None:
        """What came of it, and the words for it; None if it was done before, by whomever."""
        with transaction(self.engine, seeing=EVERYTHING) as session:
            if update.number < _place(session, self.clock.now()):
                return None
            answer = self._answer(session, update)
            person = None if answer.person is None else accounts.account_of(session, answer.person)
            words = self.letters[(person.person.language if person else None) or self.language]
            self._keep(session, update.number + 1)
        return answer, words.answer(answer.code)

    def _keep(self, session: Session, place: int) -> None:
        now = self.clock.now()
        offset = max(place, _place(session, now))
        jobs.record(session, Job.TELEGRAM, began_at=now, ended_at=now, offset=offset)

    def _answer(self, session: Session, update: Press | Start) -> Answer:
        """A group is nobody: what is asked there is not done."""
        now = self.clock.now()
        if not update.is_private:
            return Answer("not_allowed", None)
        if isinstance(update, Start):
            return answering.connect(session, update.code, update.chat, now=now)
        return answering.press(session, update.data, update.chat, update.under, now=now, book=self.book)


def _place(session: Session, now: datetime) -> int:
    """What the bot is to be asked for next; 0 for whatever there is.

    After a week without news Telegram begins to count at any number (Bot API, ``update_id``).
    """
    run = jobs.last_runs(session).get(Job.TELEGRAM)
    return 0 if run is None or now - run.ended_at > COUNTED_ON else int(run.detail["offset"])
