"""Texts that somewhere would be markup or script (WEB-2)."""

from __future__ import annotations

PAYLOADS = (
    "<script>alert(1)</script>", '"><script>alert(1)</script>', "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<body onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<iframe src=javascript:alert(1)>", "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>", "<object data=javascript:alert(1)>", "<embed src=data:text/html,x>",
    "<style>*{background:url(//evil.example)}</style>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>x</button></form>", "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>", "<video><source onerror=alert(1)></video>",
    "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>", "]]><script>alert(1)</script>", "{{7*7}}{% set x = 1 %}", "${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)", "\\u003cscript\\u003ealert(1)",
    "＜script＞alert(1)＜/script＞", "<scr\u200bipt>alert(1)</script>", "\u202e<script>alert(1)</script>",
    "<img src=`x`onerror=alert(1)>", "`-alert(1)-`\"'><b data-canary>",
    "\" hx-get='/metrics' hx-trigger='load' x=\"'><b data-canary hx-get='/metrics' hx-on:click='alert(1)'>",
)  # fmt: skip
