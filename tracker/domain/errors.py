"""Requests that cannot be served, as codes with details; words for them live in the catalogs."""

from __future__ import annotations

from datetime import datetime


class TrackerError(Exception):
    """A refused request. ``code`` names the sentence, ``details`` fill its places."""

    code = "error.unknown"
    exit_status = 2

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}({', '.join(f'{name}={value}' for name, value in self.details.items())})"


class CalendarNotKnown(TrackerError):
    """Working days of this year are not known to the calendar."""

    code = "error.calendar_not_known"


class PolicyBroken(TrackerError):
    """A law or calendar file has a gap, an overlap or a value without a source; ``at`` says where."""

    code = "error.policy_broken"


class SettingsRefused(TrackerError):
    """An environment variable is unknown, missing or impossible."""

    code = "error.settings"


class DayNotReadable(TrackerError):
    """A day or moment in the request is not a date."""

    code = "error.day_not_readable"


class FilterNotKnown(TrackerError):
    """A filter in the request has a value that does not exist."""

    code = "error.filter_not_known"


class ParameterNotKnown(TrackerError):
    """A request names a filter or parameter that does not exist: ignored it might widen what is answered."""

    code = "error.parameter_not_known"


class ParameterRepeated(TrackerError):
    """A request gives one filter or parameter twice: each reader would choose another of the two."""

    code = "error.parameter_repeated"


class ChangedMeanwhile(TrackerError):
    """What would be written was not looked at, or before somebody else changed the same facts."""

    code = "error.changed_meanwhile"


class NotFound(TrackerError):
    """What was asked for does not exist, or not within the reader's scope: both answer alike."""

    code = "error.not_found"


class UploadGone(NotFound):
    """No such file waits to be confirmed: it was written, or has waited too long, or never was."""

    code = "error.upload_gone"


class SignInNeeded(TrackerError):
    """Nobody is signed in, or not any more."""

    code = "error.sign_in_needed"


class NotAllowed(TrackerError):
    """The person's role does not allow this."""

    code = "error.not_allowed"


class SecondFactorNeeded(TrackerError):
    """A second factor is demanded: ``reason`` is ``set_up`` (there is none) or ``kept`` (it would go)."""

    code = "error.second_factor_needed"


class FormStale(TrackerError):
    """A form lacks the token of its own visitor: it is of another site, another person or an old session."""

    code = "error.form_stale"


class FileRefused(TrackerError):
    """A file as a whole cannot be read: ``reason`` says why."""

    code = "error.file_refused"


class ConfirmationNeeded(TrackerError):
    """An import would end or empty much of what is known and was not confirmed."""

    code = "error.confirmation_needed"


class FileStays(TrackerError):
    """A file is not taken back: ``reason`` is ``other``, ``over``, ``again``, ``region``, ``changed``, …"""

    code = "error.file_stays"


class MomentRefused(TrackerError):
    """A recording moment lies in the future or before what is already recorded."""

    code = "error.moment_refused"


class DatabaseNotReady(TrackerError):
    """The database cannot be used now: ``reason`` is ``missing``, ``old``, ``newer``, ``damaged``, …"""

    code = "error.database"
    exit_status = 3


class AddressTaken(TrackerError):
    """The server cannot listen: ``reason`` is ``taken``, ``foreign`` (not this machine's) or ``rights``."""

    code = "error.address_taken"
    exit_status = 3


class WorkDied(TrackerError):
    """What a process lives for has died inside it: ``reason`` is ``tick`` or ``courier``."""

    code = "error.work_died"
    exit_status = 3


class PathNotWritable(TrackerError):
    """A file cannot be written."""

    code = "error.path_not_writable"
    exit_status = 3


class EndingNotKnown(TrackerError):
    """The name of a file to be written does not say which format it is to have."""

    code = "error.ending_not_known"


class OutputLost(TrackerError):
    """What a command printed could not be written: the disk or device behind its output is full or broken."""

    code = "error.output_lost"
    exit_status = 3


class SignInRefused(TrackerError):
    """E-mail address and password do not belong together; nobody is told which of them is wrong."""

    code = "error.sign_in_refused"


class ProviderRefused(TrackerError):
    """Signing in through the identity provider failed: ``reason`` is ``unreachable``, ``answer``, …"""

    code = "error.provider"


class ProofStale(TrackerError):
    """Whoever has no password proves herself with the provider, and her sign-in with it is too long ago."""

    code = "error.proof_stale"


class CodeRefused(TrackerError):
    """The code of a second factor is wrong or was used before."""

    code = "error.code_refused"


class NotJudgedNow(TrackerError):
    """A try that is not even looked at; ``until`` is when one will be, None where waiting is no help."""

    def __init__(self, until: datetime | None = None, **details: object) -> None:
        super().__init__(**details)
        self.until = until


class TooManyTries(NotJudgedNow):
    """An address has failed too often within an hour, or an account too often in a row."""

    code = "error.too_many_tries"


class StrangersRefused(NotJudgedNow):
    """So many tries of unknown devices have failed that none is judged for ``minutes``; known ones are."""

    code = "error.strangers_refused"


class TooBusy(TrackerError):
    """More people sign in at this moment than the machine can hash passwords for."""

    code = "error.too_busy"


class PasswordRefused(TrackerError):
    """A new password is not taken: ``reason`` is ``short``, ``long``, ``easy`` or ``differs``."""

    code = "error.password_refused"


class LinkDead(TrackerError):
    """A link opens no more or never did: ``reason`` is ``account`` (all alike), ``answered`` or ``ended``."""

    code = "error.link_dead"


class SecretMissing(TrackerError):
    """There is no second factor: ``reason`` is ``server`` (no ``TRACKER_SECRET``) or ``password`` (none)."""

    code = "error.secret_missing"


class EmailTaken(TrackerError):
    """Another account has this e-mail address."""

    code = "error.email_taken"


class PersonRefused(TrackerError):
    """What was said of a person cannot be: ``reason`` is ``email``, ``name``, ``role``, ``region``, …"""

    code = "error.person_refused"


class LastAdmin(TrackerError):
    """The last administrator who can sign in would be lost."""

    code = "error.last_admin"


class TokenRefused(TrackerError):
    """A token is not issued: ``reason`` is ``name``, ``scope``, ``region``, ``days`` or ``invited``."""

    code = "error.token_refused"


class HoldRefused(TrackerError):
    """A deadline is not taken up or put off: ``reason`` is ``reason``, ``day`` or ``too_late``."""

    code = "error.hold_refused"


class BeginRefused(TrackerError):
    """Officers are not asked to begin: ``nothing``, ``many``, ``day``, ``late`` or ``not_asked``."""

    code = "error.begin_refused"


class LeadsRefused(TrackerError):
    """A contract is not given leads of its own: ``reason`` is ``days``, ``count`` or ``reason``."""

    code = "error.leads_refused"


class SubstituteRefused(TrackerError):
    """Nobody reads in another's place: ``reason`` is ``person`` or ``days``."""

    code = "error.substitute_refused"


class PaperIncomplete(TrackerError):
    """A paper is not written: it lacks ``missing``, or (``reason`` is ``many``) they are over ``most``."""

    code = "error.paper_incomplete"


class WayRefused(TrackerError):
    """A way to a person is not kept: ``reason`` is ``address``, ``service``, ``many`` or ``secret``."""

    code = "error.way_refused"


class ReportRefused(TrackerError):
    """Word of a mail changes nothing: ``reason`` is ``form`` (no report) or ``unknown`` (no mail of ours)."""

    code = "error.report_refused"


class CaseTaken(TrackerError):
    """Somebody else has the school in hand by now, or works on it: ``name`` says who, ``at`` since when."""

    code = "error.case_taken"


class CaseRefused(TrackerError):
    """Work on cases is not kept: ``reason`` is ``text``, ``mention``, ``person``, ``name`` or ``many``."""

    code = "error.case_refused"


class ReportDiffers(TrackerError):
    """A printed report no more says what it said: its reader sees other schools, or facts were backdated."""

    code = "error.report_differs"


class AmendmentRefused(TrackerError):
    """A correction is not written: ``reason`` is ``reason`` (none given), ``value`` or ``same``."""

    code = "error.amendment_refused"


class AskRefused(TrackerError):
    """A school's answer is not taken: ``reason`` is ``channel``, ``days`` or ``text``."""

    code = "error.ask_refused"


class DecisionRefused(TrackerError):
    """A decision is not moved: ``reason`` is ``own``, ``move``, ``reason``, ``missing``, ``stop``, …"""

    code = "error.decision_refused"


class DecisionStale(TrackerError):
    """Somebody else did something to a decision meanwhile: it is shown, never overwritten."""

    code = "error.decision_stale"


class SuppositionRefused(TrackerError):
    """What is supposed of a need cannot be reckoned: ``reason`` is ``cover`` or ``interim``."""

    code = "error.whatif_refused"
