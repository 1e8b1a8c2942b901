"""A mail server for tests, on Debian's aiosmtpd: what it takes it prints as one line of JSON, read by Python's own e-mail parser.

usage: smtpd.py none|starttls|tls CERT KEY USER PASSWORD METHODS

It says on its first line at which port it listens. The local part of a recipient says how it is treated: busy (450), full (452),
unknown (550), leaving (421), slow (answers never), rude (breaks off at the end of the text, which it has kept), spam (554 to the text).
"""
import asyncio, email, email.policy, json, logging, ssl, sys, warnings
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

warnings.simplefilter("ignore")
logging.disable()
security, cert, key, user, password, methods = sys.argv[1:7]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = {
            "busy": "450 4.2.1 <%s> mailbox busy",
            "full": "452 4.2.2 <%s> mailbox full",
            "unknown": "550 5.1.1 <%s>: no such user here",
            "leaving": "421 4.3.2 %s: going down",
        }.get(address.split("@")[0])
        if answer:
            return answer % address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0].split("@")[0]
        if to == "slow":
            await asyncio.sleep(3600)
        if to == "spam":
            return "554 5.7.1 content refused"
        m = email.message_from_bytes(envelope.content, policy=email.policy.default)
        raw = envelope.content
        print(json.dumps({
            "mail_from": envelope.mail_from, "to": envelope.rcpt_tos, "from": str(m["From"]), "header_to": str(m["To"]),
            "subject": str(m["Subject"]), "id": str(m["Message-ID"]), "thread": str(m["In-Reply-To"] or ""),
            "references": str(m["References"] or ""), "date": m["Date"].datetime.isoformat(), "auto": str(m["Auto-Submitted"]),
            "importance": str(m["Importance"] or ""), "type": m.get_content_type(), "text": m.get_content(),
            "defects": [str(d) for d in m.defects] + [str(d) for v in m.values() for d in v.defects],
            "longest": max(len(l) for l in raw.split(b"\r\n")), "bare": raw.count(b"\n") - raw.count(b"\r\n"),
            "ascii": raw.isascii(), "auth": getattr(session, "authenticated", False), "tls": session.ssl is not None or security == "tls",
        }), flush=True)
        if to == "rude":
            server.transport.close()
        return "250 OK kept"


def check(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login.decode() == user and data.password.decode() == password
    return AuthResult(success=good, handled=good)  # not handled: the server answers 535


async def main():
    context = None
    if security != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
    all_methods = {"PLAIN", "LOGIN"}
    options = dict(hostname="mx.example.cn", timeout=60)
    if user:
        options.update(authenticator=check, auth_required=True, auth_require_tls=security == "starttls",  # implicit TLS it does not know of
                       auth_exclude_mechanism=all_methods - set(methods.split(",")))
    if security == "starttls":
        options.update(tls_context=context, require_starttls=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), loop=loop, **options), "127.0.0.1", 0,
                                      ssl=context if security == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with the test, however that ends.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
