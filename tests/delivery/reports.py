"""Reports about mails as servers write them, each in its own manner (RFC 3464, RFC 5965)."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[..., bytes]


def _report(text: str, letter: bytes, *, to: str, action: str = "", status: str = "") -> bytes:
    first, end = text.lstrip("\n").split("{letter}")
    places = {"to": to, "shouted": to.upper(), "action": action, "status": status, "kind": status[:1]}
    begun = first.format(**places)
    return begun.replace("\n", "\r\n").encode() + letter + end.replace("\n", "\r\n").encode()


def head_of(mail: bytes) -> bytes:
    """The headers of a mail."""
    return mail.partition(b"\r\n\r\n")[0] + b"\r\n"


POSTFIX = """
Return-Path: <>
Received: by mx.example.kz (Postfix)
\tid 4ZkW2d3pXyz1; Fri, 15 Jan 2027 11:02:31 +0500 (+05)
Date: Fri, 15 Jan 2027 11:02:31 +0500 (+05)
From: MAILER-DAEMON@mx.example.kz (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: tracker@example.kz
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4ZkW2d1k7Bz1x.1768456951/mx.example.kz"
Content-Transfer-Encoding: 8bit
Message-Id: <4ZkW2d3pXyz1@mx.example.kz>

This is a MIME-encapsulated message.

--4ZkW2d1k7Bz1x.1768456951/mx.example.kz
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.kz.

<{to}>: host mail.example.kz[192.0.2.7] said: 550 {status} <{to}>: Recipient address
    rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)

--4ZkW2d1k7Bz1x.1768456951/mx.example.kz
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.kz
X-Postfix-Queue-ID: 4ZkW2d1k7Bz1x
X-Postfix-Sender: rfc822; tracker@example.kz
Arrival-Date: Fri, 15 Jan 2027 11:02:29 +0500 (+05)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.kz
Diagnostic-Code: smtp; 550 {status} <{to}>: Recipient address rejected:
    User unknown in virtual mailbox table

--4ZkW2d1k7Bz1x.1768456951/mx.example.kz
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: 8bit

{letter}
--4ZkW2d1k7Bz1x.1768456951/mx.example.kz--
"""


def postfix(mail: bytes, to: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Postfix: three parts, the letter with its headers alone, a queue number in the block of the whole."""
    return _report(POSTFIX, head_of(mail), to=to, action=action, status=status)


EXIM = """
Return-path: <>
Envelope-to: tracker@example.kz
Received: from Debian-exim by mail.edu.kz with local (Exim 4.96)
\tid 1tYabc-0001Xy-2Z
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.edu.kz>
To: tracker@example.kz
Content-Type: multipart/report; report-type=delivery-status; boundary=1768456951-eximdsn-1903414
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1tYabc-0001Xy-2Z@mail.edu.kz>

--1768456951-eximdsn-1903414
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1768456951-eximdsn-1903414
Content-type: message/delivery-status

Reporting-MTA: dns; mail.edu.kz

Action: {action}
Final-Recipient: rfc822;{to}
Status: {kind}.0.0
Remote-MTA: dns; mx.example.kz
Diagnostic-Code: smtp; 550-{status} The email account that you tried to reach does not exist.

--1768456951-eximdsn-1903414
Content-type: message/rfc822

{letter}
--1768456951-eximdsn-1903414--
"""


def exim(mail: bytes, to: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Exim: the status says nothing (5.0.0), the reply of the server does; the whole letter is repeated."""
    return _report(EXIM, b"Return-path: <tracker@example.kz>\r\n" + mail, to=to, action=action, status=status)


EXCHANGE = """
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@edu.example.kz>
To: tracker@example.kz
Date: Fri, 15 Jan 2027 06:02:31 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="ba1f6a3c-5c3e-4a7e-9a3f-2f6d7f3f1c11"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: ru-RU
Message-ID: <5a7b0c38-e1f2-4f6e-9b0c-1d2e3f405162@edu.example.kz>
Subject: =?utf-8?B?0J3QtSDRg9C00LDQtdGC0YHRjyDQtNC+0YHRgtCw0LLQuNGC0Yw=?=
Auto-Submitted: auto-replied
MIME-Version: 1.0

--ba1f6a3c-5c3e-4a7e-9a3f-2f6d7f3f1c11
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="77d0f5a1-inner"

--77d0f5a1-inner
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

0J3QtSDQtNC+0YHRgtCw0LLQu9C10L3Qvg==

--77d0f5a1-inner
Content-Type: text/html; charset="utf-8"

<html><body>550 {status}</body></html>

--77d0f5a1-inner--

--ba1f6a3c-5c3e-4a7e-9a3f-2f6d7f3f1c11
Content-Type: message/delivery-status

Reporting-MTA: dns;HE1PR07MB.eurprd07.prod.example.kz
Received-From-MTA: dns;mx.example.kz
Arrival-Date: Fri, 15 Jan 2027 06:02:29 +0000

Final-Recipient: rfc822;{shouted}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;550 {status} RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: {to}

--ba1f6a3c-5c3e-4a7e-9a3f-2f6d7f3f1c11
Content-Type: message/rfc822

{letter}
--ba1f6a3c-5c3e-4a7e-9a3f-2f6d7f3f1c11--
"""


def exchange(mail: bytes, to: str, *, action: str = "failed", status: str = "5.1.10") -> bytes:
    """Exchange: names in small letters, two texts in a part of parts, the headers of the letter."""
    return _report(EXCHANGE, head_of(mail) + b"\r\n", to=to, action=action, status=status)


GMAIL = """
Return-Path: <>
Auto-Submitted: auto-replied
To: tracker@example.kz
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
References: <whatever@tracker.example.kz>
In-Reply-To: <whatever@tracker.example.kz>
X-Failed-Recipients: {to}
Message-ID: <6788f0d7.050a0220.2d3e1.0001.GMR@mx.google.com>
Date: Thu, 14 Jan 2027 22:02:31 -0800 (PST)
Content-Type: multipart/report; boundary="00000000000061f2a5062bb7d2c1"; report-type=delivery-status

--00000000000061f2a5062bb7d2c1
Content-Type: multipart/related; boundary="00000000000061f4b8062bb7d2c6"

--00000000000061f4b8062bb7d2c6
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--00000000000061f4b8062bb7d2c6
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--00000000000061f4b8062bb7d2c6--

--00000000000061f2a5062bb7d2c1
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; tracker@example.kz
Arrival-Date: Thu, 14 Jan 2027 22:02:30 -0800 (PST)
X-Original-Message-ID: <whatever@tracker.example.kz>

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550-{status} The email account that you tried to reach does not exist. Please try
 550-{status} double-checking the recipient's email address for typos or unnecessary spaces.
Last-Attempt-Date: Thu, 14 Jan 2027 22:02:31 -0800 (PST)

--00000000000061f2a5062bb7d2c1
Content-Type: message/rfc822

{letter}
--00000000000061f2a5062bb7d2c1--
"""


def gmail(mail: bytes, to: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Gmail: the boundary first, pictures in the first part, ``Remote-MTA`` and a long address of help."""
    return _report(GMAIL, mail, to=to, action=action, status=status)


COMPLAINT = """
From: <abusedesk@mail.example.kz>
To: tracker@example.kz
Subject: FW: reminder
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54"

--part1_13d.2e68ed54
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--part1_13d.2e68ed54
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <{to}>

--part1_13d.2e68ed54
Content-Type: message/rfc822
Content-Disposition: inline

{letter}
--part1_13d.2e68ed54--
"""


def complaint(mail: bytes, to: str) -> bytes:
    """A mail service of which a reader marked a letter as unwanted (RFC 5965)."""
    return _report(COMPLAINT, mail, to=to)
